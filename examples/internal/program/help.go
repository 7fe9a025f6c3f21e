package program

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpWidth is the maximum width of the help in characters.
const helpWidth = 80

// writeHelp writes the help of a command.
func writeHelp(w io.Writer, c *Command, cmd *cobra.Command) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\nUsage:\n", cmd.CommandPath(), c.Short)
	for _, form := range c.forms() {
		fmt.Fprintf(&b, "  %s\n", strings.TrimSpace(cmd.CommandPath()+" "+form))
	}
	for paragraph := range strings.SplitSeq(c.Long, "\n\n") {
		if paragraph != "" {
			fmt.Fprintf(&b, "\n%s\n", Wrap(paragraph, helpWidth, ""))
		}
	}
	if subs := cmd.Commands(); len(subs) > 0 {
		b.WriteString("\nCommands:\n")
		for _, sub := range c.Commands {
			command(&b, sub.Name, sub.Short)
		}
		for _, sub := range subs {
			if !slices.ContainsFunc(c.Commands, func(own *Command) bool { return own.Name == sub.Name() }) {
				command(&b, sub.Name(), sub.Short)
			}
		}
	}
	for _, set := range []struct {
		title string
		flags *pflag.FlagSet
	}{{"Flags", cmd.LocalFlags()}, {"Flags of all commands", cmd.InheritedFlags()}} {
		set.flags.SortFlags = false
		if text := set.flags.FlagUsagesWrapped(helpWidth); text != "" {
			fmt.Fprintf(&b, "\n%s, with one dash or two:\n%s", set.title, text)
		}
	}
	if len(c.Examples) > 0 {
		b.WriteString("\nExamples:\n")
		for _, e := range c.Examples {
			fmt.Fprintf(&b, "  %s\n      %s\n", e.Line, Wrap(e.Does, helpWidth, "      "))
		}
	}
	if len(c.Exit) > 0 {
		b.WriteString("\nExit status:\n")
		for status, text := range c.Exit {
			if text != "" {
				fmt.Fprintf(&b, "  %d  %s\n", status, Wrap(text, helpWidth, "     "))
			}
		}
	}
	_, _ = io.WriteString(w, b.String()) // Run checks for errors of the output
}

func command(b *strings.Builder, name, short string) {
	fmt.Fprintf(b, "  %-12s%s\n", name, Wrap(short, helpWidth, "              "))
}

// forms returns the synopsis lines.
func (c *Command) forms() []string {
	if len(c.Synopsis) == 0 {
		return []string{""}
	}
	return c.Synopsis
}

// reason explains in plain words what is wrong with a number or a duration.
func reason(err error) error {
	var number *strconv.NumError
	switch {
	case errors.As(err, &number) && errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("%s is too large or too small", strconv.Quote(number.Num))
	case errors.As(err, &number) && number.Func == "ParseBool":
		return fmt.Errorf("%s is neither true nor false", strconv.Quote(number.Num))
	case errors.As(err, &number):
		return fmt.Errorf("%s is not a valid number", strconv.Quote(number.Num))
	case strings.HasPrefix(err.Error(), "time: "):
		return fmt.Errorf("%s, such as 90s or 2m", strings.TrimPrefix(err.Error(), "time: "))
	}
	return err
}

// Wrap breaks a text into lines of at most width characters at blanks. Lines
// after the first begin with indent; the first has the same limit, since the
// caller puts something before it. Words are not broken, even if they are
// longer than a line.
func Wrap(text string, width int, indent string) string {
	room := max(width-len([]rune(indent)), 8)
	var b strings.Builder
	used := 0
	for _, word := range strings.Fields(text) {
		letters := []rune(word)
		switch {
		case used > 0 && used+1+len(letters) <= room:
			b.WriteByte(' ')
			used++
		case used > 0:
			b.WriteString("\n" + indent)
			used = 0
		}
		b.WriteString(word)
		used += len(letters)
	}
	return b.String()
}
