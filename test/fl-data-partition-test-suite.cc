/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-dataset.h"
#include "ns3/fl-equal-partition.h"
#include "ns3/fl-partitioner.h"
#include "ns3/fl-random-stream.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <set>

/**
 * @file
 * @ingroup fl
 * Partitions of a data set among devices.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// Parts of a partition.
using Parts = std::vector<std::vector<uint32_t>>;

/// How samples are spread.
class PartitionTestCase : public TestCase
{
  public:
    PartitionTestCase()
        : TestCase("partitioner: properties of each law")
    {
    }

  private:
    /// Checks what holds for all laws; returns the number of samples used.
    size_t CheckParts(const Parts& parts, size_t samples, const std::string& law)
    {
        std::set<uint32_t> seen;
        size_t used = 0;
        for (const auto& part : parts)
        {
            NS_TEST_EXPECT_MSG_EQ(part.empty(), false, law << ": every device has a sample");
            used += part.size();
            seen.insert(part.begin(), part.end());
        }
        NS_TEST_EXPECT_MSG_EQ(seen.size(), used, law << ": no sample in two parts");
        NS_TEST_EXPECT_MSG_LT(*seen.rbegin(), samples, law << ": indices exist");
        return used;
    }

    /// The labels of a part.
    std::set<uint8_t> LabelsOf(const std::vector<uint32_t>& part) const
    {
        std::set<uint8_t> labels;
        for (const uint32_t sample : part)
        {
            labels.insert(m_labels[sample]);
        }
        return labels;
    }

    void DoRun() override
    {
        RandomStream random(9);
        m_labels.resize(1003);
        std::generate(m_labels.begin(), m_labels.end(), [&] { return random.Below(10); });
        for (const std::string law : {"iid",
                                      "labels:1",
                                      "labels:2",
                                      "labels:10",
                                      "dirichlet:0.01",
                                      "dirichlet:0.5",
                                      "dirichlet:100",
                                      "unequal:0",
                                      "unequal:3",
                                      "iid@7",
                                      "dirichlet:0.5@7"})
        {
            const Partitioner partitioner = Partitioner::FromText(law);
            for (const uint32_t devices : {1U, 10U, 37U, 1003U})
            {
                const Parts parts = partitioner.Split(m_labels, devices, 3);
                NS_TEST_EXPECT_MSG_EQ(parts.size(), devices, law << ": a part per device");
                const size_t used = CheckParts(parts, m_labels.size(), law);
                const bool limited = law.find('@') != std::string::npos;
                // With one device, labels:1 and labels:2 leave the other labels' samples.
                const bool usesAll = !limited && (devices > 1 || law.compare(0, 6, "labels") != 0 ||
                                                  law == "labels:10");
                NS_TEST_EXPECT_MSG_EQ((used == m_labels.size() || !usesAll), true, law << ": all");
                NS_TEST_EXPECT_MSG_EQ((parts == partitioner.Split(m_labels, devices, 3)),
                                      true,
                                      law << ": deterministic");
                NS_TEST_EXPECT_MSG_EQ((parts != partitioner.Split(m_labels, devices, 4)),
                                      true,
                                      law << ": the seed matters");
            }
        }
        Sizes();
        Labels();
        Dirichlet();
    }

    void Sizes()
    {
        for (const auto& part : Partitioner::FromText("iid").Split(m_labels, 37, 1))
        {
            // 1003 / 37 = 27.1
            NS_TEST_EXPECT_MSG_EQ((part.size() == 27 || part.size() == 28), true, "equal sizes");
        }
        for (const auto& part : Partitioner::FromText("iid@7").Split(m_labels, 37, 1))
        {
            NS_TEST_EXPECT_MSG_EQ(part.size(), 7, "limit");
        }
        const Parts shares = Partitioner::FromText("shares:1,2.5,6.5").Split(m_labels, 3, 1);
        // Shares of 1003, rounded: boundaries may move by half a sample.
        NS_TEST_EXPECT_MSG_EQ_TOL(shares[0].size(), 100.3, 1, "a tenth");
        NS_TEST_EXPECT_MSG_EQ_TOL(shares[1].size(), 250.75, 1, "a quarter");
        NS_TEST_EXPECT_MSG_EQ_TOL(shares[2].size(), 651.95, 1, "the rest");
        // Log-normal: mean of the sizes' logarithms' deviation over 200 devices of 500 samples on
        // average, where rounding is below 1 %. Sample deviation of sigma = 0.7: standard error
        // 0.7 / sqrt(2 * 199) = 0.035; five of them.
        const std::vector<uint8_t> many(100000, 0);
        const Parts unequal = Partitioner::FromText("unequal:0.7").Split(many, 200, 1);
        Eigen::ArrayXd logs(200);
        for (int i = 0; i < 200; i++)
        {
            logs[i] = std::log(static_cast<double>(unequal[i].size()));
        }
        const double deviation = std::sqrt((logs - logs.mean()).square().sum() / 199);
        NS_TEST_EXPECT_MSG_EQ_TOL(deviation, 0.7, 0.175, "log-normal sizes");
    }

    void Labels()
    {
        const Parts parts = Partitioner::FromText("labels:2").Split(m_labels, 20, 1);
        std::vector<uint32_t> holders(10, 0);
        for (const auto& part : parts)
        {
            const auto labels = LabelsOf(part);
            NS_TEST_EXPECT_MSG_EQ(labels.size(), 2, "two labels");
            for (const uint8_t label : labels)
            {
                holders[label]++;
            }
        }
        for (const uint32_t count : holders)
        {
            NS_TEST_EXPECT_MSG_EQ(count, 4, "20 devices x 2 labels / 10 labels");
        }
    }

    void Dirichlet()
    {
        // For shares p of d devices, E[sum of p^2] = (beta + 1) / (d beta + 1). Over 200 seeds, the
        // standard error is taken from the sample; rounding of 1e5 samples moves p by 1e-5.
        const std::vector<uint8_t> one(100000, 0);
        for (const double beta : {0.1, 1.0, 10.0})
        {
            PartitionSpec spec;
            spec.kind = PartitionSpec::Kind::DIRICHLET;
            spec.beta = beta;
            constexpr int SEEDS = 60;
            Eigen::ArrayXd sums = Eigen::ArrayXd::Zero(SEEDS);
            for (int seed = 0; seed < SEEDS; seed++)
            {
                for (const auto& part : Partitioner(spec).Split(one, 10, seed))
                {
                    const double share = static_cast<double>(part.size()) / 1e5;
                    sums[seed] += share * share;
                }
            }
            const double error =
                std::sqrt((sums - sums.mean()).square().sum() / (SEEDS - 1) / SEEDS);
            NS_TEST_EXPECT_MSG_EQ_TOL(sums.mean(),
                                      (beta + 1) / (10 * beta + 1),
                                      5 * error + 1e-4,
                                      "Dirichlet " << beta);
        }
    }

    std::vector<uint8_t> m_labels; ///< of all samples
};

/// Parts of equal size.
class EqualPartitionTestCase : public TestCase
{
  public:
    EqualPartitionTestCase()
        : TestCase("partitioner: laws of equal sizes")
    {
    }

  private:
    /// As many samples of label l as its place says.
    static std::vector<uint8_t> MakeLabels(const std::vector<uint32_t>& counts)
    {
        std::vector<uint8_t> labels;
        for (size_t label = 0; label < counts.size(); label++)
        {
            labels.insert(labels.end(), counts[label], static_cast<uint8_t>(label));
        }
        return labels;
    }

    /// By label, how many samples of it a part has, without zeros, in ascending order.
    static std::vector<uint32_t> Composition(const std::vector<uint32_t>& part,
                                             const std::vector<uint8_t>& labels)
    {
        std::vector<uint32_t> counts(10, 0);
        for (const uint32_t sample : part)
        {
            counts[labels[sample]]++;
        }
        std::sort(counts.begin(), counts.end());
        counts.erase(counts.begin(), std::upper_bound(counts.begin(), counts.end(), 0U));
        return counts;
    }

    /// Split, and check what holds for all of these laws.
    Parts Split(const std::string& law, const std::vector<uint8_t>& labels, uint32_t devices)
    {
        const Partitioner partitioner = Partitioner::FromText(law);
        Parts parts = partitioner.Split(labels, devices, 5);
        NS_TEST_EXPECT_MSG_EQ((parts == partitioner.Split(labels, devices, 5)), true, "same seed");
        NS_TEST_EXPECT_MSG_EQ((parts != partitioner.Split(labels, devices, 6)), true, "other seed");
        std::set<uint32_t> seen;
        for (const auto& part : parts)
        {
            NS_TEST_EXPECT_MSG_EQ(part.size(), parts[0].size(), law << ": equal sizes");
            seen.insert(part.begin(), part.end());
        }
        NS_TEST_EXPECT_MSG_EQ(seen.size(), devices * parts[0].size(), law << ": none in two parts");
        return parts;
    }

    void DoRun() override
    {
        const auto even = MakeLabels(std::vector<uint32_t>(10, 120));
        // Ten devices, ten labels, two each: every label has two devices, which share its 120.
        for (const auto& part : Split("labels-equal:2", even, 10))
        {
            NS_TEST_EXPECT_MSG_EQ((Composition(part, even) == std::vector<uint32_t>{60, 60}),
                                  true,
                                  "two labels, half and half, all of the samples");
        }
        for (const auto& part : Split("labels-equal:3@31", even, 10))
        {
            NS_TEST_EXPECT_MSG_EQ((Composition(part, even) == std::vector<uint32_t>{10, 10, 11}),
                                  true,
                                  "a limit that three do not divide");
        }
        Uneven();
        Varied(even);
        Dirichlet(even);
    }

    /// Where labels differ in size, large ones go to more devices.
    void Uneven()
    {
        const auto labels = MakeLabels({400, 100, 100, 100, 100});
        const Parts parts = Split("labels-equal:1", labels, 8);
        NS_TEST_EXPECT_MSG_EQ(parts[0].size(), 100, "all of the samples");
        const auto scarce = MakeLabels({1000, 7});
        // Both labels each: 7 of the scarce one for three devices are 2 each, 2 of the other.
        NS_TEST_EXPECT_MSG_EQ(Split("labels-equal:2", scarce, 3)[0].size(), 4, "the scarce rules");
    }

    void Varied(const std::vector<uint8_t>& even)
    {
        using Counts = std::vector<uint32_t>;
        NS_TEST_EXPECT_MSG_EQ((VariedLabelCounts(10, 4) == Counts{1, 2, 2, 3, 3, 3, 4, 4, 4, 4}),
                              true,
                              "the paper's");
        NS_TEST_EXPECT_MSG_EQ((VariedLabelCounts(1, 4) == Counts{3}), true, "the middle");
        NS_TEST_EXPECT_MSG_EQ((VariedLabelCounts(3, 2) == Counts{1, 2, 2}), true, "1 + 2 devices");
        NS_TEST_EXPECT_MSG_EQ((VariedLabelCounts(3, 1) == Counts{1, 1, 1}), true, "one label");
        const Counts many = VariedLabelCounts(1000000, 255);
        NS_TEST_EXPECT_MSG_EQ(many.size(), 1000000, "all devices");
        NS_TEST_EXPECT_MSG_EQ(many.back(), 255, "up to the most");
        const Parts parts = Split("varied", even, 10);
        Counts labels;
        for (const auto& part : parts)
        {
            const auto composition = Composition(part, even);
            labels.push_back(static_cast<uint32_t>(composition.size()));
            NS_TEST_EXPECT_MSG_LT_OR_EQ(composition.back() - composition.front(),
                                        1,
                                        "as many each");
        }
        std::sort(labels.begin(), labels.end());
        NS_TEST_EXPECT_MSG_EQ((labels == VariedLabelCounts(10, 4)), true, "labels per device");
        // No label is in demand for twice the mean, one part of 120.
        NS_TEST_EXPECT_MSG_GT(parts[0].size(), 60, "most samples are used");
    }

    void Dirichlet(const std::vector<uint8_t>& even)
    {
        const Parts all = Split("dirichlet-equal:0.5", even, 7);
        NS_TEST_EXPECT_MSG_EQ(all[0].size(), 171, "1,200 / 7, the rest is unused");
        // Large beta: as in the whole, 12 of 120, multinomial: variance 120 / 10 * 9 / 10.
        for (const auto& part : Split("dirichlet-equal:1e6@120", even, 8))
        {
            const auto composition = Composition(part, even);
            NS_TEST_EXPECT_MSG_EQ(composition.size(), 10, "all labels");
            NS_TEST_EXPECT_MSG_LT(composition.back(), 12 + 5 * std::sqrt(10.8), "even");
        }
        // Small beta: practically one label each, as long as there is enough of it.
        for (const auto& part : Split("dirichlet-equal:1e-6@12", even, 10))
        {
            NS_TEST_EXPECT_MSG_EQ(Composition(part, even).size(), 1, "one label");
        }
        NS_TEST_EXPECT_MSG_EQ(Split("dirichlet-equal:1e-6", even, 10)[0].size(),
                              120,
                              "where a label is used up, others serve");
        Shares();
    }

    /// The largest share of a label in a part has the mean that Dirichlet's distribution gives it.
    void Shares()
    {
        // Two labels, beta 1: the share is uniform, the larger one's mean 3/4, variance 1/48; of
        // 400 samples, its binomial deviation is below 1/40. 200 devices, five standard errors.
        const auto two = MakeLabels({400000, 400000});
        double mean = 0;
        for (const auto& part : Split("dirichlet-equal:1@400", two, 200))
        {
            mean += Composition(part, two).back() / 400.0 / 200;
        }
        const double bias = 1.0 / 40;
        NS_TEST_EXPECT_MSG_EQ_TOL(mean, 0.75, 5 * std::sqrt(1 / 48.0 / 200) + bias, "uniform");
    }
};

/// What the partitioner refuses.
class PartitionRefusalTestCase : public TestCase
{
  public:
    PartitionRefusalTestCase()
        : TestCase("partitioner: option texts and refusals")
    {
    }

  private:
    void DoRun() override
    {
        using Kind = PartitionSpec::Kind;
        NS_TEST_EXPECT_MSG_EQ((Partitioner::FromText("labels:3").GetSpec().labelsPerDevice),
                              3,
                              "labels");
        NS_TEST_EXPECT_MSG_EQ((Partitioner::FromText("dirichlet:0.25").GetSpec().beta),
                              0.25,
                              "beta");
        NS_TEST_EXPECT_MSG_EQ((Partitioner::FromText("unequal").GetSpec().kind == Kind::LOGNORMAL),
                              true,
                              "default");
        NS_TEST_EXPECT_MSG_EQ((Partitioner::FromText("iid@60").GetSpec().maxSamples), 60, "limit");
        for (const std::string text : {"",
                                       "x",
                                       "iid:2",
                                       "labels:",
                                       "labels:-1",
                                       "labels:1.5",
                                       "dirichlet:a",
                                       "dirichlet:nan",
                                       "dirichlet:1 ",
                                       "unequal:1e999",
                                       "shares",
                                       "shares:1,,2",
                                       "iid@",
                                       "iid@x"})
        {
            NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Partitioner::FromText(text); }),
                                  "partition '" + text + "': must be " + Partitioner::KnownTexts(),
                                  text);
        }
        ExpectRefusal("labels:0", "partition: 0 labels per device: must be at least 1");
        ExpectRefusal("dirichlet:0",
                      "partition: Dirichlet's beta 0: must be between 1e-06 and 1e+06");
        ExpectRefusal("unequal:-1", "partition: sigma -1: must be between 0 and 10");
        ExpectRefusal("shares:1,0", "partition: share 0: must be between 1e-06 and 1e+09");
        ExpectRefusal("iid@0", "partition 'iid@0': 0 samples per device: must be at least 1");
        ExpectRefusal("labels:3",
                      "partition: 3 labels per device: must be at most 2, the number of labels in "
                      "the data");
        ExpectRefusal("shares:1,2,3", "partition: 3 shares: must be 2, one per device");
        ExpectRefusal("varied",
                      "partition: 4 labels per device: must be at most 2, the number of labels in "
                      "the data");
        ExpectRefusal("labels-equal:0", "partition: 0 labels per device: must be at least 1");
        ExpectRefusal("labels-equal:2",
                      "partition: 2 parts of equal size: 0 samples each: must be at least 2, the "
                      "number of labels of a device");
        ExpectRefusal("dirichlet-equal:0",
                      "partition: Dirichlet's beta 0: must be between 1e-06 and 1e+06");
        for (const uint32_t devices : {0U, 4U})
        {
            NS_TEST_EXPECT_MSG_EQ(
                RefusalOf([&] { Partitioner::FromText("iid").Split({0, 0, 1}, devices, 1); }),
                "partition: " + std::to_string(devices) +
                    " devices: must be between 1 and 3, the number of samples",
                "devices");
        }
    }

    /// The refusal of a text, or of a split of three samples of two labels over two devices.
    void ExpectRefusal(const std::string& text, const std::string& message)
    {
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { Partitioner::FromText(text).Split({0, 0, 1}, 2, 1); }),
            message,
            text);
    }
};

/// Partitions.
class DataPartitionTestSuite : public TestSuite
{
  public:
    DataPartitionTestSuite()
        : TestSuite("fl-data-partition", TestSuite::Type::UNIT)
    {
        AddTestCase(new PartitionTestCase);
        AddTestCase(new EqualPartitionTestCase);
        AddTestCase(new PartitionRefusalTestCase);
    }
};

DataPartitionTestSuite g_dataPartitionTestSuite; ///< registers the suite

} // namespace
