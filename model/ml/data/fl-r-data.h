/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_R_DATA_H
#define FL_R_DATA_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Data of R packages: the lazy-load files NAME.rdx (an index) and NAME.rdb (objects, packed one by
 * one), and R's serialization of objects ("R Internals", Section 1.8). Written for data frames:
 * functions, environments and the like are refused.
 */

namespace ns3
{
namespace fl
{

/// An object of R: a vector of some kind, with attributes.
struct RObject
{
    std::vector<std::string> texts;            //!< of a character vector; "" is also NA
    std::vector<int32_t> integers;             //!< of an integer or logical vector, or a factor
    std::vector<double> numbers;               //!< of a numeric vector
    std::vector<RObject> items;                //!< of a list, or a data frame's columns
    std::map<std::string, RObject> attributes; //!< by name, as "names" and "levels"

    /**
     * @param name of an item
     * @param path for messages
     * @return that item of a list with names
     * @throws InvalidInput if there is none
     */
    const RObject& Item(const std::string& name, const std::string& path) const;
};

/**
 * @param bytes an object, serialized in binary ("X"), version 2 or 3
 * @param name for messages
 * @return the object
 * @throws InvalidInput if it is damaged, or has what is not read here
 */
RObject ParseRObject(const std::vector<uint8_t>& bytes, const std::string& name);

/**
 * @param path of the two files, without .rdx and .rdb
 * @param names of objects
 * @return these objects
 * @throws InvalidInput if a file cannot be read, is damaged, lacks an object, or has one packed by
 *         bzip2
 */
std::vector<RObject> ReadRLazyData(const std::string& path, const std::vector<std::string>& names);

} // namespace fl
} // namespace ns3

#endif /* FL_R_DATA_H */
