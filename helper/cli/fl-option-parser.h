/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OPTION_PARSER_H
#define FL_OPTION_PARSER_H

#include "fl-option-help.h"
#include "fl-option-value.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

struct Configuration;

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
     * @tparam T bool, uint32_t, uint64_t, double, std::string or std::vector<double>
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
     * Add `--like=FILE`, which repeats a run: all options but those of OptionGroup::OUTPUT, ns-3's
     * arguments, seed and run number are those of the run's summary.json, where the command line
     * does not have them too. The file must be of this program, and have all of these options and
     * no others.
     */
    void AddLike();

    /**
     * Have Parse() and Repeat() say what ns-3 was told.
     * @param attributes gets texts of attributes and global values by name, `RngSeed` and `RngRun`
     *        not among them; must outlive this object's use, as the others
     * @param seed gets the seed of all runs
     * @param run gets the run number
     */
    void KeepNs3(std::map<std::string, std::string>& attributes, uint32_t& seed, uint64_t& run);

    /**
     * Take options, ns-3's arguments, seed and run number from a run's summary.json, as `--like`
     * does. Of ns-3's state nothing changes.
     * @param file a summary.json of this program
     * @throws InvalidInput if it is none, or has a key or a value that is not allowed; the message
     *         names file, key and what is allowed. Rules are not applied.
     */
    void Repeat(const std::string& file);

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
     * @return the configuration in full, as summary.json has it: `format`, `options` (values in
     *         their types, defaults included), `ns3_arguments` (name and text of those given),
     *         `rng_seed`, `rng_run`
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
     * Take an argument of ns-3, in place of an earlier one of the same name.
     * @param name without dashes
     * @param value as text
     * @throws InvalidInput if there is no such argument, it can't take the value, or an option
     *         sets it
     */
    void TakeNs3Argument(const std::string& name, const std::string& value);
    /**
     * Take what a run was told.
     * @param file the run's summary.json
     * @param given names of the options and ns-3 arguments that the command line has
     * @throws InvalidInput as Repeat()
     */
    void TakeConfiguration(const std::string& file, const std::set<std::string>& given);
    /**
     * Take an argument of ns-3 from a run.
     * @param file the run's summary.json, for messages
     * @param name without dashes
     * @param value as text
     * @throws InvalidInput if it can't be set, by that name or to that value
     */
    void TakeRepeatedNs3Argument(const std::string& file,
                                 const std::string& name,
                                 const std::string& value);
    /**
     * Take an option's value from a run, unless it is one of OptionGroup::OUTPUT.
     * @param option the option
     * @param configuration of the run
     * @param file where that is from, for messages
     * @throws InvalidInput if the value is missing, or not allowed
     */
    static void TakeOption(Option& option,
                           const Configuration& configuration,
                           const std::string& file);
    /// Tell ns-3's state to those who asked for it by KeepNs3().
    /// @param seed of all runs
    /// @param run number of the first run
    void TellNs3(uint32_t seed, uint64_t run) const;
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
     * @return its value, or null if it was not given
     */
    const std::string* FindNs3Argument(const std::string& name) const;
    /// @throws InvalidInput if a rule is broken, in a line that names both options
    void ApplyRules() const;
    /**
     * Take what `--like` names, if it is there, and tell ns-3 its seed and run number.
     * @param arguments as given, without the program
     * @throws InvalidInput as Repeat()
     */
    void TakeLike(const std::vector<std::string>& arguments);
    /// Hand over to ns-3's CommandLine what is its.
    void RunCommandLine();

    std::string m_program;                          //!< name of the program
    std::string m_usage;                            //!< what it does
    OptionGroup m_group{OptionGroup::SCENARIO};     //!< of options that are added
    std::vector<std::unique_ptr<Option>> m_options; //!< in the order in which they were added
    std::vector<OptionChoices> m_choices;           //!< lists for --help
    std::vector<Rule> m_rules;                      //!< in the order in which they were added
    std::map<std::string, std::string> m_setBy;     //!< options by attribute
    /// Arguments for CommandLine: names without dashes, and values; in the order of the last ones.
    std::vector<std::pair<std::string, std::string>> m_ns3Arguments;
    uint32_t m_repeatedSeed{1}; //!< of the run that is repeated
    uint64_t m_repeatedRun{1};  //!< number of the run that is repeated
    std::string m_like;         //!< value of `--like`
    std::map<std::string, std::string>* m_ns3Attributes{nullptr}; //!< see KeepNs3(); null: no one
    uint32_t* m_ns3Seed{nullptr};                                 //!< see KeepNs3()
    uint64_t* m_ns3Run{nullptr};                                  //!< see KeepNs3()
};

} // namespace fl
} // namespace ns3

#endif /* FL_OPTION_PARSER_H */
