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
 * Energy of the circuits of an LTE UE, by the state of its RRC and PHY. Radiated energy is not
 * part of it.
 *
 * The power is IdlePower without an RRC connection and ConnectedPower with one, plus SendPower
 * while data are sent, plus ReceivePower while a transport block is received.
 * Defaults follow the model of A. R. Jensen, M. Lauridsen, P. Mogensen, T. B. Sorensen, P.
 * Jensen, "LTE UE power consumption model: for system level energy and performance optimization",
 * IEEE VTC Fall 2012, without its terms in rate and radiated power. They are of the order of that
 * paper's measurements, not its table values: set them for the device at hand.
 *
 * GetCircuitEnergyJ() works without an energy source. Where one is set, the power of the circuits
 * and the radiated power are drawn from it.
 */
class LteUeEnergyModel : public LoadEnergyModel
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    LteUeEnergyModel();
    ~LteUeEnergyModel() override;

    /// @param device the UE; set once
    void SetDevice(Ptr<LteUeNetDevice> device);
    /**
     * A transmission begins.
     * @param duration of the transmission
     * @param radiatedW transmit power [W]
     */
    void NotifySent(Time duration, double radiatedW);
    /// @return energy of the circuits so far [J], whether there is a source or not
    double GetCircuitEnergyJ() const;

    void SetEnergySource(Ptr<EnergySource> source) override;

  protected:
    void DoDispose() override;

  private:
    void DoDepleted() override;
    void DoRecharged() override;

    /// The RRC changes its state: sink of the UE RRC's trace StateTransition.
    /// @param imsi the UE
    /// @param cellId its cell
    /// @param rnti its RNTI
    /// @param from the old state
    /// @param to the new state
    void StateChanged(uint64_t imsi,
                      uint16_t cellId,
                      uint16_t rnti,
                      LteUeRrc::State from,
                      LteUeRrc::State to);
    /// A transport block was received: sink of the trace DlPhyReception.
    /// @param params its size and place, which do not matter here
    void Received(const PhyReceptionStatParameters params);
    /// @return the power of a state [W]
    /// @param connected whether there is an RRC connection
    /// @param off whether the source is depleted
    double StatePowerW(bool connected, bool off) const;
    /// Change the state.
    /// @param connected whether there is an RRC connection from now on
    /// @param off whether the source is depleted from now on
    void SetState(bool connected, bool off);
    /// Draw more power from the source for a limited time.
    /// @param powerW added [W]
    /// @param duration of the addition
    void DrawFor(double powerW, Time duration);
    /// Change the power drawn from the source.
    /// @param powerW added; negative: removed [W]
    void Draw(double powerW);

    Ptr<LteUeNetDevice> m_device; //!< the UE
    double m_idleW;               //!< attribute IdlePower [W]
    double m_connectedW;          //!< attribute ConnectedPower [W]
    double m_sendW;               //!< attribute SendPower [W]
    double m_receiveW;            //!< attribute ReceivePower [W]
    bool m_connected{false};      //!< whether there is an RRC connection
    bool m_off{false};            //!< whether the source is depleted
    bool m_hasSource{false};      //!< whether a source is set
    double m_drawnW{0};           //!< power drawn from it [W]
    double m_circuitJ{0};         //!< by state until m_since, and of all PHY activity [J]
    Time m_since;                 //!< when the state began
};

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_UE_ENERGY_MODEL_H */
