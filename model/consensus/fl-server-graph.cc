/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-server-graph.h"

#include "ns3/fl-error.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>

namespace ns3
{
namespace fl
{

namespace
{

/// @param graph any one @return its Laplacian: degrees on the diagonal, -1 for each edge
Eigen::MatrixXd
LaplacianOf(const ServerGraph& graph)
{
    Eigen::MatrixXd laplacian = Eigen::MatrixXd::Zero(graph.servers, graph.servers);
    for (const auto& [a, b] : graph.edges)
    {
        laplacian(a, a) += 1;
        laplacian(b, b) += 1;
        laplacian(a, b) -= 1;
        laplacian(b, a) -= 1;
    }
    return laplacian;
}

/// @param graph any one @return its Laplacian's eigenvalues, ascending; the first is 0
Eigen::VectorXd
SpectrumOf(const ServerGraph& graph)
{
    return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(LaplacianOf(graph),
                                                          Eigen::EigenvaluesOnly)
        .eigenvalues();
}

/// Let every edge be there once, the smaller number first.
void
Normalize(ServerGraph& graph)
{
    for (auto& [a, b] : graph.edges)
    {
        if (a > b)
        {
            std::swap(a, b);
        }
    }
    std::sort(graph.edges.begin(), graph.edges.end());
    graph.edges.erase(std::unique(graph.edges.begin(), graph.edges.end()), graph.edges.end());
}

/// @param part servers that reach each other @return "{0, 1, 4}"
std::string
TextOf(const std::vector<uint32_t>& part)
{
    std::string text;
    for (const uint32_t server : part)
    {
        text += (text.empty() ? "{" : ", ") + std::to_string(server);
    }
    return text + "}";
}

} // namespace

std::vector<uint32_t>
ServerGraph::GetNeighbours(uint32_t server) const
{
    std::vector<uint32_t> neighbours;
    for (const auto& [a, b] : edges)
    {
        if (a == server || b == server)
        {
            neighbours.push_back(a == server ? b : a);
        }
    }
    std::sort(neighbours.begin(), neighbours.end());
    return neighbours;
}

std::vector<std::vector<uint32_t>>
ServerGraph::GetParts() const
{
    std::vector<std::vector<uint32_t>> parts;
    std::vector<uint8_t> isSeen(servers, 0);
    for (uint32_t first = 0; first < servers; ++first)
    {
        if (isSeen[first])
        {
            continue;
        }
        std::vector<uint32_t> part{first};
        isSeen[first] = 1;
        for (size_t i = 0; i < part.size(); ++i)
        {
            for (const uint32_t next : GetNeighbours(part[i]))
            {
                if (!isSeen[next])
                {
                    isSeen[next] = 1;
                    part.push_back(next);
                }
            }
        }
        std::sort(part.begin(), part.end());
        parts.push_back(std::move(part));
    }
    return parts;
}

void
ServerGraph::RequireConnected() const
{
    const auto parts = GetParts();
    if (parts.size() > 1)
    {
        std::string text;
        for (const auto& part : parts)
        {
            text += (text.empty() ? "" : " and ") + TextOf(part);
        }
        throw InvalidInput(Describe("links between ",
                                    servers,
                                    " servers: leave ",
                                    text,
                                    " apart: must be connected"));
    }
}

ServerGraph
ServerGraph::Without(uint32_t server) const
{
    ServerGraph rest{servers, {}};
    std::copy_if(edges.begin(), edges.end(), std::back_inserter(rest.edges), [&](const auto& edge) {
        return edge.first != server && edge.second != server;
    });
    return rest;
}

std::vector<std::pair<std::string, std::string>>
ServerGraphNames()
{
    return {{"line", "each server with the next one"},
            {"ring", "the same, and the last one with the first"},
            {"star", "server 0 with all others"},
            {"full", "each with all others"}};
}

ServerGraph
MakeServerGraph(const std::string& name, uint32_t servers)
{
    if (servers == 0)
    {
        throw InvalidInput("servers 0: must be at least 1");
    }
    ServerGraph graph{servers, {}};
    for (uint32_t server = 1; server < servers; ++server)
    {
        if (name == "line" || name == "ring")
        {
            graph.edges.emplace_back(server - 1, server);
        }
        else if (name == "star")
        {
            graph.edges.emplace_back(0, server);
        }
        else if (name == "full")
        {
            for (uint32_t other = 0; other < server; ++other)
            {
                graph.edges.emplace_back(other, server);
            }
        }
    }
    std::string known;
    bool isKnown = false;
    for (const auto& entry : ServerGraphNames())
    {
        known += (known.empty() ? "" : ", ") + entry.first;
        isKnown = isKnown || entry.first == name;
    }
    if (!isKnown)
    {
        throw InvalidInput("links '" + name + "': must be one of " + known);
    }
    if (name == "ring" && servers > 2)
    {
        graph.edges.emplace_back(0, servers - 1);
    }
    Normalize(graph);
    return graph;
}

ServerGraph
ReadServerGraph(const std::string& path, uint32_t servers)
{
    std::ifstream file(path);
    if (!file)
    {
        throw InvalidInput(Describe(path,
                                    ": cannot be read (",
                                    std::strerror(errno),
                                    "): must be a file of edges"));
    }
    ServerGraph graph{servers, {}};
    std::string line;
    for (uint32_t number = 1; std::getline(file, line); ++number)
    {
        std::istringstream words(line.substr(0, line.find('#')));
        std::vector<std::string> ends;
        for (std::string word; words >> word;)
        {
            ends.push_back(word);
        }
        if (ends.empty())
        {
            continue;
        }
        const auto isServer = [servers](const std::string& word) {
            return word.size() <= 9 &&
                   std::all_of(word.begin(),
                               word.end(),
                               [](unsigned char c) { return c >= '0' && c <= '9'; }) &&
                   std::stoul(word) < servers;
        };
        if (ends.size() != 2 || !isServer(ends[0]) || !isServer(ends[1]) || ends[0] == ends[1])
        {
            throw InvalidInput(Describe(path,
                                        ":",
                                        number,
                                        ": must be two different servers' numbers from 0 to ",
                                        servers - 1));
        }
        graph.edges.emplace_back(std::stoul(ends[0]), std::stoul(ends[1]));
    }
    const size_t given = graph.edges.size();
    Normalize(graph);
    if (graph.edges.size() != given)
    {
        throw InvalidInput(path + ": an edge is given twice: must be given once");
    }
    return graph;
}

MixingMatrix::MixingMatrix(const ServerGraph& graph, double d)
{
    graph.RequireConnected();
    const Eigen::VectorXd spectrum = SpectrumOf(graph);
    const double largest = spectrum(spectrum.size() - 1);
    if (!(d > 0) || !(d * largest < 2))
    {
        throw InvalidInput(Describe("weight of a neighbour ",
                                    d,
                                    ": must be above 0 and below ",
                                    2 / largest,
                                    ", or the exchanges do not converge"));
    }
    const Eigen::Index size = graph.servers;
    m_weights = Eigen::MatrixXd::Identity(size, size) - d * LaplacianOf(graph);
    for (Eigen::Index i = 1; i < size; ++i)
    {
        m_rate = std::max(m_rate, std::abs(1 - d * spectrum(i)));
    }
}

const Eigen::MatrixXd&
MixingMatrix::GetWeights() const
{
    return m_weights;
}

double
MixingMatrix::GetRate() const
{
    return m_rate;
}

double
MixingMatrix::ErrorBound(uint32_t exchanges, double spread) const
{
    const auto servers = static_cast<double>(m_weights.rows());
    return std::sqrt(servers) * (servers - 1) * std::pow(m_rate, exchanges) * spread;
}

double
MixingMatrix::ExchangesFor(double xi, double spread, uint32_t rounds) const
{
    if (!(xi > 0) || !(spread > 0) || rounds < 1)
    {
        throw InvalidInput(
            Describe("xi ", xi, ", spread ", spread, ", rounds ", rounds, ": must be positive"));
    }
    const auto servers = static_cast<double>(m_weights.rows());
    const double target = xi / (std::sqrt(rounds) * spread * spread * servers);
    if (target >= 1)
    {
        return 0;
    }
    return m_rate > 0 ? 0.5 * std::log(target) / std::log(m_rate) : 1;
}

double
UsualMixingWeight(const ServerGraph& graph)
{
    return 0.9 / graph.servers;
}

double
BestMixingWeight(const ServerGraph& graph)
{
    graph.RequireConnected();
    const Eigen::VectorXd spectrum = SpectrumOf(graph);
    return graph.servers == 1 ? UsualMixingWeight(graph)
                              : 2 / (spectrum(1) + spectrum(spectrum.size() - 1));
}

} // namespace fl
} // namespace ns3
