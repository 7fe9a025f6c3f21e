// Package program is the command line of the example programs: flags, commands,
// help, version, completion, exit status and terminal output.
//
// It is based on github.com/spf13/cobra. Of the maintained command libraries,
// cobra has the best completion for bash, zsh and fish: it completes files,
// values of flags and descriptions, while urfave/cli does not complete files in
// fish and zsh, and kong needs another library. Its flags are those of pflag,
// with two dashes. These programs once used package flag, and scripts use the
// flags with one dash: [Run] accepts both.
//
// All programs use the same four exit statuses: [Fine], [Problem], [Unable] and
// [Incomplete].
package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The exit statuses of all programs.
const (
	Fine    = 0 // done, and nothing is wrong
	Problem = 1 // not done, or a problem was found
	Unable  = 2 // wrong usage, or input, output or an interface failed

	Incomplete = 3 // interrupted or a part is missing, but nothing is wrong so far
)

// Command is a program, or one of its commands.
type Command struct {
	Name     string
	Short    string   // what it does, in one line without a full stop
	Synopsis []string // forms of the command line, without the name
	Long     string   // paragraphs
	Examples []Example
	Exit     []string // meaning of each exit status, from 0; "" for one that is not used; programs only

	// Flags defines the flags, if there are any.
	Flags func(*pflag.FlagSet)

	// Values has the possible values of flags, by name. Other flags complete
	// files.
	Values map[string]Values

	// Operands has the possible operands.
	Operands Values

	// Run does the work and returns the exit status. An error is printed after
	// the name of the program, and changes the exit status Fine to Unable.
	Run func(ctx context.Context, streams IO, operands []string) (status int, err error)

	Commands []*Command
}

// Example is a command line with its description.
type Example struct{ Line, Does string }

// Values are the possible values of a flag or an operand, for completion.
type Values struct {
	Words func() []string // nil if there is no list
	Files bool
}

// Words returns the values of a fixed list.
func Words(words ...string) Values { return Values{Words: func() []string { return words }} }

// Nothing is a value without completion.
var Nothing = Values{}

// Files is a value that is the name of a file.
var Files = Values{Files: true}

// UsageError is an error in the use of a program. It is printed with a pointer
// to the help.
type UsageError struct{ Err error }

// Usagef returns a UsageError.
func Usagef(format string, args ...any) error { return &UsageError{fmt.Errorf(format, args...)} }

// Error implements error.
func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap returns the underlying error.
func (e *UsageError) Unwrap() error { return e.Err }

// Run runs a program with its arguments and returns the exit status. If writing
// the output fails, the status is Unable.
func Run(ctx context.Context, c *Command, streams IO, args []string) int {
	root := c.cobra(&streams)
	addStandard(root, c, &streams)
	out := &firstError{w: streams.Out}
	streams.Out = out
	root.SetIn(streams.In)
	root.SetOut(out)
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		root.SetOut(withoutBackquotes{out})
	}
	root.SetErr(streams.Err)
	root.SetArgs(arrange(root, args))
	status := Fine
	root.SetContext(context.WithValue(ctx, statusKey{}, &status))
	err := root.ExecuteContext(root.Context())
	if err == nil {
		err = out.err
	}
	if err == nil {
		return status
	}
	Complain(streams, c.Name, err)
	if status == Fine || out.err != nil {
		return Unable
	}
	return status
}

// Main runs a program with the input, output and arguments of the process, and
// then exits.
func Main(ctx context.Context, c *Command) {
	os.Exit(Run(ctx, c, Standard(), os.Args[1:]))
}

// Complain prints an error of a program.
func Complain(streams IO, name string, err error) {
	var usage *UsageError
	text := err.Error()
	if errors.As(err, &usage) {
		text += fmt.Sprintf("; see \"%s -help\"", name)
	}
	fmt.Fprintf(streams.ErrText(), "%s: %s\n", name, text)
}

// statusKey is the key of the exit status in the context of a run.
type statusKey struct{}

// firstError records the first error of a writer.
type firstError struct {
	w   io.Writer
	err error
}

func (f *firstError) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	if f.err == nil {
		f.err = err
	}
	return n, err
}

// withoutBackquotes removes the backquotes around the value's name in the usage
// of a flag.
type withoutBackquotes struct{ w io.Writer }

func (b withoutBackquotes) Write(p []byte) (int, error) {
	_, err := b.w.Write([]byte(strings.ReplaceAll(string(p), "`", "")))
	return len(p), err
}

// cobra returns the cobra command.
func (c *Command) cobra(streams *IO) *cobra.Command {
	cmd := &cobra.Command{
		Use: c.Name, Short: c.Short,
		SilenceErrors: true, SilenceUsage: true, DisableFlagsInUseLine: true,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: c.Operands.complete,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	cmd.SetFlagErrorFunc(flagError)
	cmd.SetHelpFunc(func(cmd *cobra.Command, _ []string) { writeHelp(streams.Text(), c, cmd) })
	cmd.Flags().SortFlags = false
	cmd.PersistentFlags().SortFlags = false
	if c.Flags != nil {
		c.Flags(cmd.Flags())
	}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		v, ok := c.Values[f.Name]
		if !ok {
			v = Nothing
		}
		if f.NoOptDefVal == "" {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, v.complete) // fails only for flags that are not defined
		}
	})
	cmd.FParseErrWhitelist.UnknownFlags = c.Run == nil // the error is then the missing command
	cmd.RunE = func(cmd *cobra.Command, operands []string) error {
		if v, _ := cmd.Flags().GetBool("version"); v {
			return printVersion(cmd.Root().Name(), cmd.OutOrStdout())
		}
		if c.Run == nil {
			if len(operands) > 0 {
				return Usagef("there is no command %q", operands[0])
			}
			return Usagef("a command is missing")
		}
		status, err := c.Run(cmd.Context(), *streams, operands)
		*cmd.Context().Value(statusKey{}).(*int) = status
		return err
	}
	for _, sub := range c.Commands {
		cmd.AddCommand(sub.cobra(streams))
	}
	return cmd
}

// complete returns the completions of a word.
func (v Values) complete(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var words []string
	if v.Words != nil {
		words = v.Words()
	}
	if v.Files {
		return words, cobra.ShellCompDirectiveDefault
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}

// addStandard adds the commands and flags that all programs have.
func addStandard(root *cobra.Command, c *Command, streams *IO) {
	root.PersistentFlags().BoolP("help", "h", false, "print this help")
	root.PersistentFlags().Bool("version", false, "print the version")
	help := &cobra.Command{
		Use: "help [COMMAND]", Short: "print the help of the program or of a command",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, sub := range c.Commands {
				names = append(names, sub.Name)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 || cmd.Name() == "help" || cmd.Parent() != nil && cmd.Parent().Name() == "completion" {
				return Usagef("there is no command %q", strings.Join(args, " "))
			}
			return cmd.Help()
		},
	}
	root.SetHelpCommand(help)
	root.AddCommand(help, completionCommand(streams))
}

// completionCommand prints the script with which a shell completes the program's
// command lines.
func completionCommand(streams *IO) *cobra.Command {
	shells := map[string]func(*cobra.Command, io.Writer) error{
		"bash": func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) },
		"zsh":  func(root *cobra.Command, w io.Writer) error { return root.GenZshCompletion(w) },
		"fish": func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) },
	}
	cmd := &cobra.Command{
		Use: "completion SHELL", Short: "print the completion script for bash, zsh or fish",
		ValidArgs: []string{"bash", "zsh", "fish"},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || shells[args[0]] == nil {
				return Usagef("completion is for one of the shells bash, zsh and fish")
			}
			return shells[args[0]](cmd.Root(), cmd.OutOrStdout())
		},
	}
	c := &Command{
		Name: cmd.Name(), Short: cmd.Short, Synopsis: []string{"bash|zsh|fish"},
		Long: "Source the output, or store it where the shell looks for it.",
	}
	cmd.SetHelpFunc(func(cmd *cobra.Command, _ []string) { writeHelp(streams.Text(), c, cmd) })
	return cmd
}

// flagError describes an error in a flag. It omits the value, which may be a
// PIN or a passphrase.
func flagError(_ *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		missing *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
	)
	switch {
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		if letters := unknown.GetSpecifiedShortnames(); letters != "" {
			name = letters
		}
		return Usagef("there is no flag -%s", name)
	case errors.As(err, &missing):
		return Usagef("%s needs a value", flagName(missing.GetFlag()))
	case errors.As(err, &invalid):
		return Usagef("%s: %w", flagName(invalid.GetFlag()), reason(invalid.Unwrap()))
	}
	return Usagef("%w", err)
}

// flagName returns a flag as users type it: its letter if it has one.
func flagName(f *pflag.Flag) string {
	if f.Shorthand != "" {
		return "-" + f.Shorthand
	}
	return "-" + f.Name
}

// arrange returns the arguments in the form that cobra expects: long flags with
// two dashes, and all flags after the name of the command.
func arrange(root *cobra.Command, args []string) []string {
	flags := map[string]*pflag.Flag{}
	collectFlags(flags, root)
	command := -1 // index of the first word that is not a flag
	out := make([]string, 0, len(args))
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			out = append(out, args[i:]...)
			break
		}
		name, _, valued := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		f := flags[name]
		switch {
		case len(arg) < 2 || arg[0] != '-':
			if command < 0 {
				command = len(out)
			}
			out = append(out, arg)
			continue
		case len(name) > 1: // also if unknown, so that it is not read as several one-letter flags
			arg = "--" + strings.TrimLeft(arg, "-")
		}
		out = append(out, arg)
		if f != nil && !valued && f.NoOptDefVal == "" && i+1 < len(args) {
			i++
			out = append(out, args[i])
		}
	}
	if command > 0 && slices.ContainsFunc(root.Commands(), func(c *cobra.Command) bool { return c.Name() == out[command] }) {
		name := out[command]
		copy(out[1:command+1], out[:command])
		out[0] = name
	}
	return out
}

// collectFlags collects the flags of a command and its subcommands, by all
// their names.
func collectFlags(flags map[string]*pflag.Flag, c *cobra.Command) {
	for _, set := range []*pflag.FlagSet{c.Flags(), c.PersistentFlags()} {
		set.VisitAll(func(f *pflag.Flag) {
			flags[f.Name] = f
			if f.Shorthand != "" {
				flags[f.Shorthand] = f
			}
		})
	}
	for _, sub := range c.Commands() {
		collectFlags(flags, sub)
	}
}

// buildInfo returns the build information of the program.
var buildInfo = debug.ReadBuildInfo

func printVersion(name string, out io.Writer) error {
	info, ok := buildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	_, err := io.WriteString(out, Version(name, info))
	return err
}

// Version returns the output of -version: the version of the module, the commit
// and the version of Go.
func Version(name string, info *debug.BuildInfo) string {
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	version, commit := info.Main.Version, settings["vcs.revision"]
	if version == "" {
		version = "(devel)"
	}
	if commit == "" {
		commit = "unknown"
	}
	if settings["vcs.modified"] == "true" {
		commit += " with changes"
	}
	return fmt.Sprintf("%s %s\ncommit %s\n%s\n", name, version, commit, info.GoVersion)
}
