/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OPTION_PARSER_H
#define FL_OPTION_PARSER_H

#include "fl-option-help.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * What a value may be: the rule, and the rule in words.
 *
 * @tparam T type of the value: bool, uint32_t, uint64_t, double, std::string
 */
template <typename T>
struct Allowed
{
    std::string text;                   //!< completes "must be ..."; empty: any value of the type
    std::function<bool(const T&)> test; //!< empty: any value of the type
};

/**
 * @tparam T uint32_t, uint64_t or double
 * @param low smallest allowed value
 * @param high largest allowed value
 * @return the closed range
 */
template <typename T>
Allowed<T> InRange(T low, T high);

/**
 * @param high largest allowed value
 * @return the numbers above zero, up to that
 */
Allowed<double> Positive(double high);

/**
 * @param names the names
 * @return exactly these
 */
Allowed<std::string> OneOf(std::vector<std::string> names);

/**
 * @ingroup fl
 * A program's command line: `--name=value` for its own options, and all that ns-3 takes
 * (`--RngRun=2`, `--ns3::fl::Class::Attribute=value`, `--PrintHelp`, ...).
 *
 * Names and values are validated here, before ns-3's CommandLine sees any: that one aborts, or
 * exits with a page of text and a code of its own, where a user needs one line. So are pairs of
 * options that contradict each other, by rules. ns-3's own arguments are CommandLine's business as
 * usual.
 */
class OptionParser
{
  public:
    /**
     * @param program name of the program
     * @param usage what it does, for --help
     */
    OptionParser(const std::string& program, const std::string& usage);
    ~OptionParser();
    OptionParser(const OptionParser&) = delete;
    OptionParser& operator=(const OptionParser&) = delete;

    /// @param group of the options that are added from now on; SCENARIO at first
    void BeginGroup(OptionGroup group);

    /**
     * Add an option.
     * @tparam T bool, uint32_t, uint64_t, double or std::string
     * @param name without dashes; unique, and none of ns-3's
     * @param help meaning and, of a number, [unit] in brackets, by which --help shows the default
     * @param value holds the default; set by Parse(); must outlive this object's use
     * @param allowed what is allowed beyond being of the type
     * @param bare what the option means when it is written without `=value` (a bool means true);
     *        empty: it needs a value
     * @throws std::logic_error if the name is taken
     */
    template <typename T>
    void Add(const std::string& name,
             const std::string& help,
             T& value,
             Allowed<T> allowed = {},
             const std::string& bare = "");

    /**
     * Have --help list what an option may be, a line each.
     * @param name of the option
     * @param choices names and descriptions
     */
    void AddChoices(const std::string& name,
                    std::vector<std::pair<std::string, std::string>> choices);

    /**
     * Add a rule about an option and others: which pairs contradict each other. Rules are applied,
     * in the order in which they were added, once all arguments are known.
     * @param name of the option that is refused, or of an ns-3 argument ("ns3::Type::Attribute")
     * @param must returns what completes "--name=value: must ...", or "" if all is well
     */
    void AddRule(const std::string& name, std::function<std::string()> must);

    /**
     * An attribute that an option sets: given as an argument of ns-3 it would have no effect, and
     * is refused.
     * @param attribute full name, as ns3::fl::SyncCoordinator::Rounds
     * @param name of the option
     */
    void SetsAttribute(const std::string& attribute, const std::string& name);

    /**
     * @param name of an option or an ns-3 argument
     * @return whether it has another value than its default; of an ns-3 argument, whether it is
     *         there
     */
    bool IsChanged(const std::string& name) const;

    /**
     * @param name of an option, or an ns-3 argument that is given
     * @return option and value as one writes them, "--name=value", whether given or not
     */
    std::string Written(const std::string& name) const;

    /**
     * Parse and apply. Prints and ends the program with code 0 on `--help` and ns-3's `--Print...`.
     * @param argc as main() gets it
     * @param argv as main() gets it
     * @throws InvalidInput on the first argument that is wrong, or the first rule that is broken;
     *         the message names it, its value and what is allowed
     */
    void Parse(int argc, const char* const argv[]);

    /// @return the program's name
    const std::string& GetProgram() const;

    /**
     * @return the configuration in full: `options` (values in their types, defaults included),
     *         `ns3_arguments` (name and text of those given), `rng_seed`, `rng_run`
     */
    nlohmann::ordered_json ToJson() const;

  private:
    struct Option;

    /// What AddRule() was given.
    struct Rule
    {
        std::string name;                  //!< of what is refused
        std::function<std::string()> must; //!< what it must be; "": all is well
    };

    /**
     * @param name of an option, without dashes
     * @return the option, or null
     */
    Option* Find(const std::string& name) const;
    /// @param option to be added; its name must be new
    void Insert(std::unique_ptr<Option> option);
    /**
     * @param name of no option
     * @return the message that says so, with what is allowed
     */
    std::string UnknownOption(const std::string& name) const;
    /**
     * Take one argument of the command line.
     * @param argument as given: --name=value
     * @throws InvalidInput if name or value is not allowed
     */
    void ParseOne(const std::string& argument);
    /**
     * @param arguments as given, without the program
     * @return whether one of them asks for help
     */
    bool HelpWanted(const std::vector<std::string>& arguments) const;
    /// @return the text of --help
    std::string Help() const;
    /**
     * @param name of an attribute, as in --name=value
     * @return the argument that sets it, or null
     */
    const std::string* FindNs3Argument(const std::string& name) const;
    /// @throws InvalidInput if a rule is broken, in a line that names both options
    void ApplyRules() const;
    /**
     * Hand over to ns-3's CommandLine what is its.
     * @param arguments already validated, without the program
     */
    void RunCommandLine(std::vector<std::string> arguments);

    std::string m_program;                          //!< name of the program
    std::string m_usage;                            //!< what it does
    OptionGroup m_group{OptionGroup::SCENARIO};     //!< of options that are added
    std::vector<std::unique_ptr<Option>> m_options; //!< in the order in which they were added
    std::vector<OptionChoices> m_choices;           //!< lists for --help
    std::vector<Rule> m_rules;                      //!< in the order in which they were added
    std::map<std::string, std::string> m_setBy;     //!< options by attribute
    std::vector<std::string> m_ns3Arguments;        //!< those for CommandLine, as they were given
};

} // namespace fl
} // namespace ns3

#endif /* FL_OPTION_PARSER_H */
