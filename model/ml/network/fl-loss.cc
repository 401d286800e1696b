/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-loss.h"

#include "ns3/fl-finite.h"

#include <cmath>

namespace ns3
{
namespace fl
{

BatchLoss
SoftmaxCrossEntropy(const ConstMatrixView& logits,
                    const uint8_t* labels,
                    float scale,
                    MatrixView gradient)
{
    BatchLoss total;
    for (Eigen::Index i = 0; i < logits.cols(); i++)
    {
        const float* z = logits.col(i).data();
        float* g = gradient.col(i).data();
        Eigen::Index best = 0;
        const float largest = logits.col(i).maxCoeff(&best);
        // Less the largest, so that no exponential overflows.
        float sum = 0;
        for (Eigen::Index k = 0; k < logits.rows(); k++)
        {
            g[k] = std::exp(z[k] - largest);
            sum += g[k];
        }
        gradient.col(i) *= scale / sum;
        g[labels[i]] -= scale;
        total.loss += std::log(sum) - (z[labels[i]] - largest);
        total.correct += best == labels[i] ? 1 : 0;
    }
    // maxCoeff() may pass over a NaN, and an infinite loss may cancel.
    if (!AllFinite(logits))
    {
        total.loss = std::nan("");
    }
    return total;
}

} // namespace fl
} // namespace ns3
