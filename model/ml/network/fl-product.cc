/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-product.h"

#include <stdexcept>

#ifdef HAVE_OPENBLAS
#include <cblas.h>
#endif

namespace ns3
{
namespace fl
{

namespace
{

/// A matrix in memory.
template <typename Scalar>
using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;

/// Multiply expressions.
template <typename Scalar, typename Left, typename Right>
void
MultiplyInto(ProductMode mode,
             Scalar alpha,
             const Left& a,
             const Right& b,
             Eigen::Map<Matrix<Scalar>, 0, Eigen::OuterStride<>> c)
{
    if (mode == ProductMode::SET)
    {
        c.setZero();
    }
    // Eigen takes the factor out, and decides whether the product is large enough for its kernels.
    c.noalias() += (alpha * a) * b;
}

#ifdef HAVE_OPENBLAS

/// Products of fewer multiplications go faster without a call's overhead.
constexpr Eigen::Index SMALL = 32 * 32 * 32;

/// One thread: training runs on threads of its own, and results must not depend on their number.
bool
UseOneThread()
{
    openblas_set_num_threads(1);
    return true;
}

/// @return BLAS's product of matrices in single precision
auto
BlasProduct(float /* scalar */)
{
    return &cblas_sgemm;
}

/// @return the same in double precision
auto
BlasProduct(double /* scalar */)
{
    return &cblas_dgemm;
}

/// C = alpha A B + beta C, by BLAS.
template <typename Scalar>
void
Gemm(Scalar alpha,
     const Factor<Scalar>& a,
     const Factor<Scalar>& b,
     Scalar beta,
     Scalar* c,
     Eigen::Index stride)
{
    BlasProduct(alpha)(CblasColMajor,
                       a.transposed ? CblasTrans : CblasNoTrans,
                       b.transposed ? CblasTrans : CblasNoTrans,
                       static_cast<blasint>(a.rows),
                       static_cast<blasint>(b.columns),
                       static_cast<blasint>(a.columns),
                       alpha,
                       a.data,
                       static_cast<blasint>(a.stride),
                       b.data,
                       static_cast<blasint>(b.stride),
                       beta,
                       c,
                       static_cast<blasint>(stride));
}

#endif

} // namespace

const char*
ProductLibrary()
{
#ifdef HAVE_OPENBLAS
    return "OpenBLAS";
#else
    return "Eigen";
#endif
}

template <typename Scalar>
void
Multiply(ProductMode mode,
         Scalar alpha,
         const Factor<Scalar>& a,
         const Factor<Scalar>& b,
         Scalar* c,
         Eigen::Index stride)
{
    using View = Eigen::Map<const Matrix<Scalar>, 0, Eigen::OuterStride<>>;
    const View left(a.data,
                    a.transposed ? a.columns : a.rows,
                    a.transposed ? a.rows : a.columns,
                    Eigen::OuterStride<>(a.stride));
    const View right(b.data,
                     b.transposed ? b.columns : b.rows,
                     b.transposed ? b.rows : b.columns,
                     Eigen::OuterStride<>(b.stride));
    const Eigen::Map<Matrix<Scalar>, 0, Eigen::OuterStride<>> result(c,
                                                                     a.rows,
                                                                     b.columns,
                                                                     Eigen::OuterStride<>(stride));
    if (a.transposed && b.transposed)
    {
        throw std::logic_error("product of two transposes: no layer needs it");
    }
#ifdef HAVE_OPENBLAS
    if (a.rows * a.columns * b.columns >= SMALL)
    {
        [[maybe_unused]] static const bool isSingle = UseOneThread();
        Gemm(alpha, a, b, Scalar(mode == ProductMode::ADD ? 1 : 0), c, stride);
        return;
    }
#endif
    if (a.transposed)
    {
        MultiplyInto<Scalar>(mode, alpha, left.transpose(), right, result);
    }
    else if (b.transposed)
    {
        MultiplyInto<Scalar>(mode, alpha, left, right.transpose(), result);
    }
    else
    {
        MultiplyInto<Scalar>(mode, alpha, left, right, result);
    }
}

/// @cond INSTANTIATIONS
template void Multiply<float>(ProductMode,
                              float,
                              const Factor<float>&,
                              const Factor<float>&,
                              float*,
                              Eigen::Index);
template void Multiply<double>(ProductMode,
                               double,
                               const Factor<double>&,
                               const Factor<double>&,
                               double*,
                               Eigen::Index);
/// @endcond
} // namespace fl
} // namespace ns3
