/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SERVER_GRAPH_H
#define FL_SERVER_GRAPH_H

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Which edge servers have a link between them: an undirected graph.
 */
struct ServerGraph
{
    uint32_t servers{1};                              //!< M, numbered from 0 on
    std::vector<std::pair<uint32_t, uint32_t>> edges; //!< smaller number first, sorted, each once

    /// @return servers that have a link to a server, ascending
    /// @param server its number
    std::vector<uint32_t> GetNeighbours(uint32_t server) const;
    /// @return servers that can reach each other, part by part, ascending
    std::vector<std::vector<uint32_t>> GetParts() const;
    /**
     * @throws InvalidInput if a server can't reach another one; the message names the parts
     */
    void RequireConnected() const;
    /// @return the graph without a server's links, whose number stays
    /// @param server its number
    ServerGraph Without(uint32_t server) const;
};

/// @return names of the graphs that MakeServerGraph() knows, with descriptions
std::vector<std::pair<std::string, std::string>> ServerGraphNames();

/**
 * @param name line, ring, star (around server 0) or full
 * @param servers M, at least 1
 * @return the graph
 * @throws InvalidInput if there is no such graph
 */
ServerGraph MakeServerGraph(const std::string& name, uint32_t servers);

/**
 * @param path a file of edges: two numbers of servers a line; empty lines, and what follows a #, do
 *        not count
 * @param servers M, at least 1
 * @return the graph, connected or not
 * @throws InvalidInput if the file can't be read, a line is no edge, or an edge is given twice
 */
ServerGraph ReadServerGraph(const std::string& path, uint32_t servers);

/**
 * @ingroup fl
 * The weights of (9), and how fast they agree: W = I - d L, L being the graph's Laplacian. W is
 * symmetric and its rows add up to 1, so that the mean stays what it is.
 */
class MixingMatrix
{
  public:
    /**
     * @param graph a connected one
     * @param d weight of a neighbour; positive; below 2 / lambda_max(L), so that it converges
     * @throws InvalidInput if the graph is not connected, or d is out of range
     */
    MixingMatrix(const ServerGraph& graph, double d);

    /// @return W, shape (M, M)
    const Eigen::MatrixXd& GetWeights() const;
    /**
     * @return lambda = rho(W - 1 1'/M): by this factor at least, deviations from the mean shrink
     *         with each exchange; below 1
     */
    double GetRate() const;
    /**
     * @param exchanges phi, how often neighbours exchange
     * @param spread Xi, the largest distance between two servers' values in the beginning
     * @return bound on the distance of M times a server's value from the sum over all
     */
    double ErrorBound(uint32_t exchanges, double spread) const;
    /**
     * Corollary 1.
     * @param xi the constant of the convergence rate xi / sqrt(K), positive
     * @param spread Xi, the largest distance between two servers' values, positive
     * @param rounds K, at least 1
     * @return phi, the fewest exchanges with which consensus does not slow convergence
     */
    double ExchangesFor(double xi, double spread, uint32_t rounds) const;

  private:
    Eigen::MatrixXd m_weights; //!< W
    double m_rate{0};          //!< lambda
};

/// @return the usual weight of a neighbour: 0.9 / M, within the paper's condition d < 1 / M
/// @param graph any one
double UsualMixingWeight(const ServerGraph& graph);
/**
 * @param graph a connected one
 * @return the weight with the smallest lambda, 2 / (lambda_2(L) + lambda_max(L)) (L. Xiao, S. Boyd,
 *         "Fast linear iterations for distributed averaging", 2004)
 */
double BestMixingWeight(const ServerGraph& graph);

} // namespace fl
} // namespace ns3

#endif /* FL_SERVER_GRAPH_H */
