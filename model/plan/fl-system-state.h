/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SYSTEM_STATE_H
#define FL_SYSTEM_STATE_H

#include "fl-outcome.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

/**
 * @file
 * @ingroup fl
 * State of devices, radio and learning before a round: the input of optimizers and of Predictor.
 */

namespace ns3
{
namespace fl
{

/// Constant properties of a device: data, processor, transmit power, energy.
struct DeviceProfile
{
    uint32_t samples{0};                //!< number of training samples that it holds
    double cyclesPerSample{1e4};        //!< CPU cycles per sample and local iteration, above 0
    double effectiveCapacitance{1e-28}; //!< kappa of energy = kappa cycles f^n, at least 0;
                                        //!< for n = 2 [J s^2]
    double frequencyExponent{2};        //!< n of that, at least 0
    double minCpuHz{1e8};               //!< lowest CPU frequency, at least 0 [Hz]
    double maxCpuHz{2e9};               //!< highest CPU frequency, above 0 [Hz]
    double minTxPowerW{1e-3};           //!< lowest transmit power, at least 0 [W]
    double maxTxPowerW{1e-3 * 15.848931924611133}; //!< highest transmit power, above 0; default
                                                   //!< 12 dBm [W]
    /// Transmit power of the base station to the device on grants that belong to it alone
    /// (AsyncCoordinator), at least 0; 0: an equal part of all that it has [W].
    double downlinkTxPowerW{0};
    /// Energy for one round, computation and radiation, above 0 [J].
    double energyBudgetJ{std::numeric_limits<double>::infinity()};

    /**
     * Check the ranges above, and that minima do not exceed maxima.
     * @param device its number, for the message
     * @throws InvalidInput that names the device, the field, its value and what is allowed
     */
    void Validate(DeviceId device) const;
};

/// Channel power gains (received over transmitted power, linear) by device, cell, direction and
/// sub-channel, in one flat array.
class GainTable
{
  public:
    GainTable() = default;
    /**
     * All gains are 0 at first.
     * @param devices number of devices
     * @param cells number of cells
     * @param subChannels number of sub-channels per direction, at least 1
     */
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

    /// @return number of sub-channels per direction
    uint32_t SubChannels() const
    {
        return m_subChannels;
    }

  private:
    /**
     * @param device the device
     * @param cell index of the cell
     * @param direction uplink or downlink
     * @param subChannel index, from 0
     * @return index in m_gain; the arguments are not checked
     */
    size_t Index(DeviceId device, uint32_t cell, Direction direction, uint32_t subChannel) const;

    uint32_t m_cells{0};       //!< number of cells
    uint32_t m_subChannels{0}; //!< number of sub-channels
    std::vector<double>
        m_gain; //!< by device, cell, direction, sub-channel; the last index runs fastest
};

/// Block fading: gains are constant within a block of time and drawn independently for each block
/// and link; blocks begin at the same time for all links.
struct FadingState
{
    double blockEndS{
        std::numeric_limits<double>::infinity()}; //!< end of the present block, simulated time [s]
    double blockS{std::numeric_limits<double>::infinity()}; //!< duration of a block [s]
    double kFactor{0}; //!< Rician factor, linear, at least 0; 0: Rayleigh fading

    /// @return whether blocks are finite, so that gains change
    bool IsFading() const
    {
        return blockS < std::numeric_limits<double>::infinity();
    }
};

/// Radio resources of one cell, without the band of control traffic.
struct CellState
{
    double uplinkBandwidthHz{0};   //!< uplink data band [Hz]
    double downlinkBandwidthHz{0}; //!< downlink data band [Hz]
    double downlinkTxPowerW{0};    //!< total transmit power of the base station [W]
    double noiseWPerHz{0};         //!< noise power spectral density N0 [W/Hz]
};

/// Constant properties of a server that computes.
struct ServerProfile
{
    double maxCpuHz{0}; //!< highest CPU frequency, at least 0; 0: it can't be used now [Hz]
};

/// An order that is active when a horizon is planned.
struct ActiveOrder
{
    DeviceId device{0};      //!< the device
    uint32_t baseVersion{0}; //!< version of the global model that it began with
    double readyS{0};        //!< predicted arrival of its update, simulated time [s]
};

/// Size of a payload whose content grows with the samples of its order.
struct SampledBits
{
    double fixedBits{0};     //!< whatever the samples, at least 0 [bit]
    double perSampleBits{0}; //!< for each sample, at least 0 [bit]

    /// @return size of the payload [bit]
    /// @param samples number of samples
    double Of(uint32_t samples) const
    {
        return fixedBits + perSampleBits * samples;
    }
};

/**
 * A round of split learning. Each order has one minibatch, crosses the air three times, and
 * computes on both nodes twice: embedding (device), encoder (server), head (device), backward
 * (server).
 */
struct SplitRound
{
    uint32_t batch{0};          //!< samples of an order; devices with fewer use all
    SampledBits activations;    //!< uplink: embeddings of the minibatch
    SampledBits features;       //!< downlink: features of each sample
    SampledBits gradients;      //!< uplink: gradient of the loss by the features
    double embeddingPart{0.5};  //!< of a device's cycles per sample, before its first uplink
    double forwardCycles{0};    //!< cycles of the server per sample, forward, at least 0
    double backwardCycles{0};   //!< cycles of the server per sample, backward, at least 0
    double serverCpuHz{0};      //!< CPU frequency of the server for an order [Hz]
    bool countsFeatures{false}; //!< whether mu has the features too, at the uplink's rate

    /// @return size of both uplink payloads of an order [bit]
    /// @param samples number of samples
    double UplinkBits(uint32_t samples) const
    {
        return activations.Of(samples) + gradients.Of(samples);
    }

    /// @return mu: what optimizers take for the upload of an order, UplinkBits() or, with
    /// countsFeatures, all three payloads [bit]
    /// @param samples number of samples
    double UploadBits(uint32_t samples) const
    {
        return UplinkBits(samples) + (countsFeatures ? features.Of(samples) : 0);
    }
};

/// Measured drift of a device's data, Delta of (11) and (12) of DMA-FL: how fast the loss of a
/// fixed model rises with the data, divided by the number of devices.
struct DriftState
{
    double idlePerS{ABSENT};      //!< while it does not compute; ABSENT: not measured yet [nat/s]
    double computingPerS{ABSENT}; //!< while it computes for the task; ABSENT: likewise [nat/s]
};

/// State before a round, from which an optimizer decides.
struct SystemState
{
    double nowS{0};                       //!< present simulated time [s]
    uint32_t round{0};                    //!< number of the round to be planned, from 1
    uint32_t task{0};                     //!< number of the learning task to be planned
    uint32_t modelVersion{0};             //!< version of the global model
    uint32_t localIterations{1};          //!< local iterations set by the user, at least 1
    double downloadBits{0};               //!< encoded size of a model, without headers [bit]
    double uploadBits{0};                 //!< encoded size of an update, without headers; in split
                                          //!< learning of all uplink payloads of an order [bit]
    double sampleBits{0};                 //!< encoded size of a training sample; 0: not sent [bit]
    double sampleHeaderBits{0};           //!< beside the samples themselves, once per payload [bit]
    std::vector<DeviceProfile> profiles;  //!< by device
    std::vector<DriftState> drift;        //!< by device; empty: no device's data change
    std::vector<bool> available;          //!< by device: connected, available, no active order
    std::vector<DeviceId> offered;        //!< the available devices where they are known to be few,
                                          //!< ascending; empty: see available
    std::vector<ServerProfile> servers;   //!< by number; without those that can't compute at all
    std::vector<CellState> cells;         //!< by cell; empty: no radio is controlled
    GainTable gains;                      //!< channel power gains of the present fading block
    GainTable meanGains;                  //!< mean over fading; empty: gains do not fade
    FadingState fading;                   //!< block fading of the gains
    std::vector<double> backgroundBps;    //!< by device: background traffic in its uplink, headers
                                          //!< of the radio included; empty: none [bit/s]
    std::vector<double> uplinkEfficiency; //!< by device, see UplinkEfficiency(); empty: not known
    std::vector<double> queues;           //!< virtual queues, of optimizers that have some
    uint32_t aggregationsLeft{0};         //!< horizon: aggregations still to be made; else 0
    std::vector<ActiveOrder> active;      //!< horizon: orders of the task that are active
    std::optional<SplitRound> split;      //!< the round is one of split learning
    Outcome last;                         //!< measured outcome of the previous round

    /**
     * @param device the device
     * @return measured uplink rate over Shannon's rate (RateCalibrator), above 0; 1 where not known
     */
    double UplinkEfficiency(DeviceId device) const;
    /**
     * Size of a device's update for optimizers that plan with Shannon's rate: a rate of e times
     * Shannon's takes as long as Shannon's rate with 1 / e times the bits.
     * @param device the device
     * @return uploadBits / UplinkEfficiency(device) [bit]
     */
    double EffectiveUploadBits(DeviceId device) const;
};

} // namespace fl
} // namespace ns3

#endif /* FL_SYSTEM_STATE_H */
