/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PRODUCT_H
#define FL_PRODUCT_H

#include <Eigen/Core>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * A factor of a matrix product: a matrix in column-major order, or the transpose of one.
 */
template <typename Scalar>
struct Factor
{
    const Scalar* data;     //!< first element
    Eigen::Index rows;      //!< of the factor
    Eigen::Index columns;   //!< of the factor
    Eigen::Index stride;    //!< elements from one column in memory to the next
    bool transposed{false}; //!< in memory there are columns x rows

    /// @param matrix a matrix, or a part of one @return it, as a factor
    template <typename Matrix>
    static Factor Of(const Matrix& matrix)
    {
        return {matrix.data(), matrix.rows(), matrix.cols(), matrix.outerStride(), false};
    }

    /// @return the transpose
    Factor Transpose() const
    {
        return {data, columns, rows, stride, !transposed};
    }
};

/// Whether a product replaces what is there.
enum class ProductMode
{
    SET, //!< C = A B
    ADD  //!< C += A B
};

/**
 * The products of transformers' and dense layers, in one place: these are where their time goes.
 * @param mode C = alpha A B, or C += alpha A B
 * @param alpha a factor
 * @param a A
 * @param b B
 * @param c first element of C, column-major, A's rows x B's columns; overlaps with neither
 * @param stride elements from one of C's columns to the next
 * @throws std::logic_error if both factors are transposed, which no layer needs
 */
template <typename Scalar>
void Multiply(ProductMode mode,
              Scalar alpha,
              const Factor<Scalar>& a,
              const Factor<Scalar>& b,
              Scalar* c,
              Eigen::Index stride);

/// @return name of the library that makes large products: Eigen or, where the module was configured
///         with FL_OPENBLAS, OpenBLAS
const char* ProductLibrary();

} // namespace fl
} // namespace ns3

#endif /* FL_PRODUCT_H */
