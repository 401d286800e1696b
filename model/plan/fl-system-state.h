/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SYSTEM_STATE_H
#define FL_SYSTEM_STATE_H

#include "fl-outcome.h"

#include <cstdint>
#include <limits>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What an optimizer may look at before it decides.
 */

namespace ns3
{
namespace fl
{

/// What a device is. Every field is validated by Validate().
struct DeviceProfile
{
    uint32_t samples{0};                           //!< samples it holds
    double cyclesPerSample{1e4};                   //!< CPU cycles per sample and local iteration
    double effectiveCapacitance{1e-28};            //!< kappa, of energy = kappa cycles f^2 [J s^2]
    double frequencyExponent{2};                   //!< n, where energy = kappa * cycles * f^n
    double minCpuHz{1e8};                          //!< [Hz]
    double maxCpuHz{2e9};                          //!< [Hz]
    double minTxPowerW{1e-3};                      //!< [W]
    double maxTxPowerW{1e-3 * 15.848931924611133}; //!< [W]; default 12 dBm
    double energyBudgetJ{std::numeric_limits<double>::infinity()}; //!< [J]

    /// @throws InvalidInput that names the device, the field, its value and what is allowed
    /// @param device its number, for the message
    void Validate(DeviceId device) const;
};

/// Channel power gains by (device, cell, direction, sub-channel); one flat array.
class GainTable
{
  public:
    GainTable() = default;
    /// All gains zero.
    GainTable(uint32_t devices, uint32_t cells, uint32_t subChannels = 1);

    /// @return the gain (received over transmitted power)
    /// @param device the device
    /// @param cell index of the cell
    /// @param direction uplink or downlink
    /// @param subChannel index, from 0
    double operator()(DeviceId device,
                      uint32_t cell,
                      Direction direction,
                      uint32_t subChannel = 0) const;
    /// @return a reference to set it by
    /// @param device the device
    /// @param cell index of the cell
    /// @param direction uplink or downlink
    /// @param subChannel index, from 0
    double& At(DeviceId device, uint32_t cell, Direction direction, uint32_t subChannel = 0);

  private:
    /**
     * @param device the device
     * @param cell index of the cell
     * @param direction uplink or downlink
     * @param subChannel index, from 0
     * @return where in the table that gain stands; not checked
     */
    size_t Index(DeviceId device, uint32_t cell, Direction direction, uint32_t subChannel) const;

    uint32_t m_cells{0};       //!< number of cells
    uint32_t m_subChannels{0}; //!< number of sub-channels
    std::vector<double>
        m_gain; //!< by device, cell, direction and sub-channel, the last runs fastest
};

/// How the gains of a cell's links fade: in blocks of time, drawn anew for each, for all links at
/// the same instants.
struct FadingState
{
    double blockEndS{std::numeric_limits<double>::infinity()}; //!< of the present block [s]
    double blockS{std::numeric_limits<double>::infinity()};    //!< length of a block [s]
    double kFactor{0}; //!< Rician factor, linear; 0: Rayleigh fading

    /// @return whether gains fade at all
    bool IsFading() const
    {
        return blockS < std::numeric_limits<double>::infinity();
    }
};

/// What the radio of one cell offers, after the control share was taken off.
struct CellState
{
    double uplinkBandwidthHz{0};   //!< to be planned [Hz]
    double downlinkBandwidthHz{0}; //!< to be planned [Hz]
    double downlinkTxPowerW{0};    //!< the base station's total power [W]
    double noiseWPerHz{0};         //!< N0 [W/Hz]
};

/// What an optimizer may look at before it decides.
struct SystemState
{
    double nowS{0};              //!< simulated time [s]
    uint32_t round{0};           //!< the round to be planned, from 1
    uint32_t task{0};            //!< the task to be planned
    uint32_t modelVersion{0};    //!< version of the global model
    uint32_t localIterations{1}; //!< what the user asked for
    double downloadBits{0};      //!< size of an encoded model, without message headers [bit]
    double uploadBits{0};        //!< size of an encoded update, without message headers [bit]
    double sampleBits{0};        //!< size of an encoded sample [bit]; 0: there are none to send
    std::vector<DeviceProfile> profiles;  //!< by device
    std::vector<bool> available;          //!< by device: connected, awake and idle
    std::vector<CellState> cells;         //!< by cell; empty where no radio is controlled
    GainTable gains;                      //!< channel power gains, in the present block
    GainTable meanGains;                  //!< without fading; empty where gains do not fade
    FadingState fading;                   //!< how gains fade
    std::vector<double> backgroundBps;    //!< by device: other traffic on its uplink, as the radio
                                          //!< carries it [bit/s]; empty: none
    std::vector<double> uplinkEfficiency; //!< by device: rate over Shannon's; empty: not known, 1
    std::vector<double> queues;           //!< virtual queues of those optimizers that keep some
    Outcome last;                         //!< the last round's measured outcome

    /**
     * @param device the device
     * @return what part of Shannon's rate its uplink has, as measured (RateCalibrator); 1 where
     * that is not known
     */
    double UplinkEfficiency(DeviceId device) const;
    /**
     * What to plan a device's upload with, where rates are Shannon's: an uplink of a lower rate is
     * as good as a larger update.
     * @param device the device
     * @return uploadBits over its uplink efficiency [bit]
     */
    double EffectiveUploadBits(DeviceId device) const;
};

} // namespace fl
} // namespace ns3

#endif /* FL_SYSTEM_STATE_H */
