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

struct ParserOption;

/**
 * @ingroup fl
 * Parser of a program's command line: `--name=value` for its own options, and all arguments of ns-3
 * (`--RngRun=2`, `--ns3::fl::Class::Attribute=value`, `--PrintHelp`, ...).
 *
 * Names and values are validated here before they are passed to ns3::CommandLine, which aborts, or
 * exits with a page of text and a code of its own, where a user needs a message of one line.
 * Combinations of options are validated by rules. Arguments of ns-3 are applied by CommandLine.
 */
class OptionParser
{
  public:
    /**
     * @param program name of the program
     * @param usage description of the program for --help
     */
    OptionParser(const std::string& program, const std::string& usage);
    ~OptionParser();
    OptionParser(const OptionParser&) = delete;
    OptionParser& operator=(const OptionParser&) = delete;

    /// @param group group of the options added from now on; SCENARIO at first
    void BeginGroup(OptionGroup group);

    /**
     * Add an option.
     * @tparam T bool, uint32_t, uint64_t, double, std::string, std::vector<double>, or
     *         std::vector<std::string>: each time that the option is given adds a text
     * @param name name without dashes; unique, and not an argument of ns-3
     * @param help help text; of a number with its [unit] in brackets, which --help also shows with
     *        the default
     * @param value default value; set by Parse(); must outlive this object
     * @param allowed allowed values of the type
     * @param bare value of the option if written without `=value` (of a bool: true); empty: a value
     * is required
     * @throws std::logic_error if the name is not unique
     */
    template <typename T>
    void Add(const std::string& name,
             const std::string& help,
             T& value,
             Allowed<T> allowed = {},
             const std::string& bare = "");

    /**
     * List the allowed values of an option in --help, a line each.
     * @param name name of the option
     * @param choices values and descriptions
     */
    void AddChoices(const std::string& name,
                    std::vector<std::pair<std::string, std::string>> choices);

    /**
     * Add a rule about a combination of options. Rules are applied after all arguments are parsed,
     * in the order in which they were added.
     * @param name name of the option that is refused, or of an ns-3 argument
     * ("ns3::Type::Attribute")
     * @param must returns the completion of "--name=value: must ...", or "" if the rule is met
     */
    void AddRule(const std::string& name, std::function<std::string()> must);

    /**
     * Declare an attribute that an option sets: as an argument of ns-3 it would have no effect, and
     * is refused.
     * @param attribute full name, as ns3::fl::SyncCoordinator::Rounds
     * @param name name of the option
     */
    void SetsAttribute(const std::string& attribute, const std::string& name);

    /**
     * Add `--like=FILE`, which repeats a run: options except those of OptionGroup::OUTPUT,
     * arguments of ns-3, seed and run number are taken from the run's summary.json, unless they are
     * on the command line. The file must be of this program, and have all of these options and no
     * others.
     */
    void AddLike();

    /**
     * Have Parse() and Repeat() store the settings of ns-3. The arguments must outlive this object.
     * @param attributes set to text by name of attributes and global values, without RngSeed and
     *        RngRun
     * @param seed set to the seed of all runs
     * @param run set to the run number
     */
    void KeepNs3(std::map<std::string, std::string>& attributes, uint32_t& seed, uint64_t& run);

    /**
     * Take options, arguments of ns-3, seed and run number from a run's summary.json, as `--like`
     * does. The state of ns-3 is not changed, and rules are not applied.
     * @param file path of a summary.json of this program
     * @throws InvalidInput if it is no such file, or has a key or value that is not allowed; the
     * message names file, key and what is allowed
     */
    void Repeat(const std::string& file);

    /**
     * @param name name of an option or an ns-3 argument
     * @return whether the option differs from its default; whether the ns-3 argument is given
     */
    bool IsChanged(const std::string& name) const;

    /**
     * @param name name of an option, or of an ns-3 argument that is given
     * @return name and present value as on the command line, "--name=value"
     */
    std::string Written(const std::string& name) const;

    /**
     * Parse and apply. `--help` and ns-3's `--Print...` print and exit with code 0.
     * @param argc as main() gets it
     * @param argv as main() gets it
     * @throws InvalidInput at the first argument that is not allowed, or the first rule that is not
     *         met; the message names the argument, its value and what is allowed
     */
    void Parse(int argc, const char* const argv[]);

    /**
     * The same for a command line that has words beside the options, in any order: all that does
     * not begin with a dash, and a dash alone.
     * @param argc as main() gets it
     * @param argv as main() gets it
     * @return the words, in their order
     * @throws InvalidInput as Parse()
     */
    std::vector<std::string> ParseWords(int argc, const char* const argv[]);

    /// @return name of the program
    const std::string& GetProgram() const;

    /**
     * @return the complete configuration for summary.json: `format`, `options` (values in their
     *         types, defaults included), `ns3_arguments` (text by name of those given), `rng_seed`,
     *         `rng_run`
     */
    nlohmann::ordered_json ToJson() const;

  private:
    /// Arguments of AddRule().
    struct Rule
    {
        std::string name;                  //!< name of the option that is refused
        std::function<std::string()> must; //!< completes "must ..."; "": the rule is met
    };

    /**
     * @param name name of an option, without dashes
     * @return the option, or null
     */
    ParserOption* Find(const std::string& name) const;
    /// Add an option.
    /// @param option the option; its name must be unique
    void Insert(std::unique_ptr<ParserOption> option);
    /**
     * @param name an unknown name
     * @return error message with the allowed names
     */
    std::string UnknownOption(const std::string& name) const;
    /**
     * Store an argument of ns-3, in place of an earlier one of the same name.
     * @param name name without dashes
     * @param value text after `=`
     * @throws InvalidInput if there is no such argument, its checker refuses the value, or an
     * option sets it
     */
    void TakeNs3Argument(const std::string& name, const std::string& value);
    /**
     * Take the configuration of a run.
     * @param file path of the run's summary.json
     * @param given names of the options and ns-3 arguments on the command line, which are kept
     * @throws InvalidInput as Repeat()
     */
    void TakeConfiguration(const std::string& file, const std::set<std::string>& given);
    /**
     * Take an argument of ns-3 from the configuration of a run.
     * @param file path of the run's summary.json, for messages
     * @param name name without dashes
     * @param value its value as text
     * @throws InvalidInput if there is no such argument, or its checker refuses the value
     */
    void TakeRepeatedNs3Argument(const std::string& file,
                                 const std::string& name,
                                 const std::string& value);
    /**
     * Take an option's value from the configuration of a run, unless it is of OptionGroup::OUTPUT.
     * @param option the option
     * @param configuration configuration of the run
     * @param file path of the run's summary.json, for messages
     * @throws InvalidInput if the value is missing or not allowed
     */
    static void TakeOption(ParserOption& option,
                           const Configuration& configuration,
                           const std::string& file);
    /// Set the arguments of KeepNs3(), if it was called.
    /// @param seed seed of all runs
    /// @param run number of the first run
    void StoreNs3Settings(uint32_t seed, uint64_t run) const;
    /**
     * Parse one argument of the command line.
     * @param argument the argument, "--name=value"
     * @throws InvalidInput if name or value is not allowed
     */
    void ParseOne(const std::string& argument);
    /**
     * @param arguments arguments without argv[0]
     * @return whether one of them is a request for help
     */
    bool HelpWanted(const std::vector<std::string>& arguments) const;
    /// @return text of --help
    std::string Help() const;
    /**
     * @param name name of an ns-3 argument
     * @return its value as text, or null if it is not given
     */
    const std::string* FindNs3Argument(const std::string& name) const;
    /// @throws InvalidInput if a rule is not met; the message names both options
    void ApplyRules() const;
    /**
     * Take the configuration that `--like` names, if it is given, and set seed and run number of
     * ns-3.
     * @param arguments arguments without argv[0]
     * @throws InvalidInput as Repeat()
     */
    void TakeLike(const std::vector<std::string>& arguments);
    /// Pass the arguments of ns-3 to ns3::CommandLine.
    void RunCommandLine();

    std::string m_program;                                //!< name of the program
    std::string m_usage;                                  //!< description of the program
    OptionGroup m_group{OptionGroup::SCENARIO};           //!< group of options that are added
    std::vector<std::unique_ptr<ParserOption>> m_options; //!< in the order in which they were added
    std::vector<OptionChoices> m_choices;                 //!< allowed values for --help
    std::vector<Rule> m_rules;                            //!< in the order in which they were added
    std::map<std::string, std::string> m_setBy;           //!< name of the option by attribute
    /// Arguments for CommandLine: names without dashes, and values. A repeated name is at the place
    /// of its last value.
    std::vector<std::pair<std::string, std::string>> m_ns3Arguments;
    uint32_t m_repeatedSeed{1}; //!< seed of the run that is repeated
    uint64_t m_repeatedRun{1};  //!< number of the run that is repeated
    std::string m_like;         //!< value of `--like`
    std::map<std::string, std::string>* m_ns3Attributes{
        nullptr};                 //!< see KeepNs3(); null: not called
    uint32_t* m_ns3Seed{nullptr}; //!< see KeepNs3()
    uint64_t* m_ns3Run{nullptr};  //!< see KeepNs3()
};

} // namespace fl
} // namespace ns3

#endif /* FL_OPTION_PARSER_H */
