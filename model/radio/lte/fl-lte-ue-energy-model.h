/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LTE_UE_ENERGY_MODEL_H
#define FL_LTE_UE_ENERGY_MODEL_H

#include "ns3/fl-load-energy-model.h"
#include "ns3/lte-common.h"
#include "ns3/lte-ue-net-device.h"
#include "ns3/lte-ue-rrc.h"

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * What the circuits of an LTE UE take, by state; radiated energy is not in it.
 *
 * The power is IdlePower while there is no RRC connection and ConnectedPower while there is one;
 * while data are sent SendPower comes on top, while a transport block is received ReceivePower.
 * Defaults follow the model of A. R. Jensen, M. Lauridsen, P. Mogensen, T. B. Sorensen, P.
 * Jensen, "LTE UE power consumption model: for system level energy and performance optimization",
 * IEEE VTC Fall 2012, as far as it does not depend on rate and radiated power: of the order that
 * was measured on a device of its time, not checked against the paper's tables. Set them for yours.
 *
 * It can be read without an energy source. Given one, it draws this power and the radiated one from
 * it.
 */
class LteUeEnergyModel : public LoadEnergyModel
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    LteUeEnergyModel();
    ~LteUeEnergyModel() override;

    /// @param device whose circuits they are
    void SetDevice(Ptr<LteUeNetDevice> device);
    /**
     * The device sends from now on.
     * @param duration for how long
     * @param radiatedW power [W]
     */
    void NotifySent(Time duration, double radiatedW);
    /// @return energy of the circuits so far [J]
    double GetCircuitEnergyJ() const;

    void SetEnergySource(Ptr<EnergySource> source) override;

  protected:
    void DoDispose() override;

  private:
    void DoDepleted() override;
    void DoRecharged() override;

    /// The RRC changes its state.
    void StateChanged(uint64_t imsi,
                      uint16_t cellId,
                      uint16_t rnti,
                      LteUeRrc::State from,
                      LteUeRrc::State to);
    /// A transport block came.
    void Received(const PhyReceptionStatParameters params);
    /// @return the power of a state [W]
    /// @param connected whether RRC is connected
    /// @param off whether the battery is empty
    double StatePowerW(bool connected, bool off) const;
    /// Another state from now on.
    void SetState(bool connected, bool off);
    /// Draw more from the source, for a while.
    void DrawFor(double powerW, Time duration);
    /// Draw more, or less, from the source from now on.
    void Draw(double powerW);

    Ptr<LteUeNetDevice> m_device; //!< whose circuits they are
    double m_idleW;               //!< without a connection [W]
    double m_connectedW;          //!< with one [W]
    double m_sendW;               //!< on top, while sending [W]
    double m_receiveW;            //!< on top, while receiving [W]
    bool m_connected{false};      //!< state
    bool m_off{false};            //!< the source is empty
    bool m_hasSource{false};      //!< whether energy is drawn from a source
    double m_drawnW{0};           //!< power drawn from it [W]
    double m_circuitJ{0};         //!< until m_since, and of all sending and receiving [J]
    Time m_since;                 //!< when the state began
};

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_UE_ENERGY_MODEL_H */
