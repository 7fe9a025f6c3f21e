// Package programtest compares the help, version, completion and man page of a
// program with golden files.
package programtest

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/cpuguy83/go-md2man/v2/md2man"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/spf13/pflag"

	"github.com/gowps/gowps/examples/internal/program"
)

var update = flag.Bool("update", false, "update the golden files")

// Golden compares a text with a file in testdata, or updates the file.
func Golden(t testing.TB, name, got string) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.ReplaceAll(string(want), "\r\n", "\n"), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// Schema checks lines of JSON against schema.json of the program.
func Schema(t testing.TB, lines string) {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(lines) {
		n++
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
		if err == nil {
			err = s.Validate(value)
		}
		if err != nil {
			t.Errorf("line %d is not as schema.json says, where each field has to stand: %v\n%s", n, err, line)
		}
	}
	if n == 0 {
		t.Error("there is nothing to check against schema.json")
	}
}

// Described checks that schema.json describes each field of its objects.
func Described(t testing.TB) {
	t.Helper()
	b, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var root any
	if err := json.Unmarshal(b, &root); err != nil {
		t.Fatal(err)
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			properties, _ := v["properties"].(map[string]any)
			for name, p := range properties {
				field, _ := p.(map[string]any)
				if field["description"] == nil && field["$ref"] == nil {
					t.Errorf("%s.%s is not described", path, name)
				}
			}
			if properties != nil && v["additionalProperties"] != false {
				t.Errorf("%s may have fields that are not described", path)
			}
			for name, x := range v {
				walk(path+"/"+name, x)
			}
		case []any:
			for i, x := range v {
				walk(fmt.Sprintf("%s/%d", path, i), x)
			}
		}
	}
	walk("", root)
}

// Run runs a program and returns what it wrote to both outputs.
func Run(t testing.TB, c *program.Command, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = program.Run(t.Context(), c, program.IO{In: strings.NewReader(""), Out: &out, Err: &errs}, args)
	return status, out.String(), errs.String()
}

// Family checks what all programs have in common. Command returns a new program
// for each run, since flags keep their values.
func Family(t *testing.T, command func() *program.Command) {
	c := command()
	t.Run("help", func(t *testing.T) {
		var all strings.Builder
		for _, path := range paths(c) {
			args := strings.Fields(path)[1:]
			status, text, errs := Run(t, command(), append(args, "-help")...)
			if status != program.Fine || errs != "" {
				t.Errorf("%s -help: exit status %d, %s", path, status, errs)
			}
			for _, other := range [][]string{append(args, "-h"), append(args, "--help"), append([]string{"help"}, args...)} {
				if _, same, _ := Run(t, command(), other...); same != text {
					t.Errorf("%v differs from -help:\n%s", other, same)
				}
			}
			fmt.Fprintf(&all, "$ %s -help\n%s\n", path, text)
		}
		Golden(t, "help.golden", all.String())
	})
	t.Run("version", func(t *testing.T) {
		status, text, errs := Run(t, command(), "--version")
		if _, one, _ := Run(t, command(), "-version"); status != program.Fine || errs != "" || one != text || strings.Count(text, "\n") != 3 {
			t.Errorf("exit status %d, %q, %q, %s", status, text, one, errs)
		}
		info := debug.BuildInfo{
			GoVersion: "go1.26.0", Main: debug.Module{Version: "v0.1.0"},
			Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"}},
		}
		Golden(t, "version.golden", program.Version(c.Name, &info))
	})
	t.Run("completion", func(t *testing.T) {
		for _, shell := range []string{"bash", "zsh", "fish"} {
			if status, script, errs := Run(t, command(), "completion", shell); status != program.Fine || !strings.Contains(script, "__complete") || errs != "" {
				t.Errorf("%s: exit status %d, %s", shell, status, errs)
			}
		}
		var all strings.Builder
		for _, path := range paths(c) {
			for _, last := range []string{"", "-"} {
				args := append(append([]string{"__complete"}, strings.Fields(path)[1:]...), last)
				_, text, _ := Run(t, command(), args...)
				fmt.Fprintf(&all, "$ %s %s<TAB>\n%s\n", path, last, text)
			}
		}
		Golden(t, "completion.golden", all.String())
	})
	t.Run("man page", func(t *testing.T) { Golden(t, c.Name+".1", ManPage(c)) })
	if _, err := os.Stat("schema.json"); err == nil {
		t.Run("schema", func(t *testing.T) { Described(t) })
	}
	t.Run("wrong use", func(t *testing.T) {
		for _, args := range [][]string{{"-no-such-flag"}, {"help", "no-such-command"}, {"completion", "csh"}} {
			status, out, errs := Run(t, command(), args...)
			if status != program.Unable || out != "" || !strings.HasSuffix(errs, fmt.Sprintf("; see \"%s -help\"\n", c.Name)) {
				t.Errorf("%v: exit status %d, %q, %q", args, status, out, errs)
			}
		}
	})
	t.Run("full disk", func(t *testing.T) {
		for _, args := range [][]string{{"-help"}, {"-version"}, {"completion", "bash"}} {
			var errs bytes.Buffer
			if status := program.Run(context.Background(), command(), program.IO{Out: full{}, Err: &errs}, args); status != program.Unable ||
				errs.String() != c.Name+": no space left\n" {
				t.Errorf("%v: exit status %d, %s", args, status, &errs)
			}
		}
	})
	t.Run("no file is written", func(t *testing.T) {
		t.Chdir(t.TempDir())
		for _, args := range [][]string{{"help"}, {"-help"}, {"-version"}, {"completion", "bash"}} {
			Run(t, command(), args...)
		}
		if files, _ := os.ReadDir("."); len(files) > 0 {
			t.Errorf("%v", files)
		}
	})
}

// full is a disk without free space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, fmt.Errorf("no space left") }

// paths returns the names of a program and its commands.
func paths(c *program.Command) []string {
	all := []string{c.Name}
	for _, sub := range c.Commands {
		all = append(all, c.Name+" "+sub.Name)
	}
	return all
}

// ManPage returns the manual page of a program.
func ManPage(c *program.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%% \"%s\" \"1\" \"\" \"gowps\" \"Wi-Fi Protected Setup\"\n# NAME\n%s - %s\n\n# SYNOPSIS\n", strings.ToUpper(c.Name), c.Name, c.Short)
	synopsis(&b, c.Name, c)
	fmt.Fprintf(&b, "# DESCRIPTION\n%s\n\n", escape(c.Long))
	if len(c.Commands) > 0 {
		b.WriteString("# COMMANDS\n")
		for _, sub := range c.Commands {
			fmt.Fprintf(&b, "## %s %s\n%s.\n\n", c.Name, sub.Name, escape(sub.Short))
			synopsis(&b, c.Name+" "+sub.Name, sub)
			b.WriteString(escape(sub.Long) + "\n\n")
			options(&b, sub)
			examples(&b, sub)
		}
	}
	b.WriteString("# OPTIONS\nA flag has one dash or two.\n\n")
	options(&b, c)
	b.WriteString("**-h**, **--help**\n:   print the help\n\n**--version**\n:   print the version\n\n")
	b.WriteString("# EXIT STATUS\n")
	for status, text := range c.Exit {
		if text != "" {
			fmt.Fprintf(&b, "**%d**\n:   %s\n\n", status, escape(text))
		}
	}
	if len(c.Examples) > 0 {
		b.WriteString("# EXAMPLES\n")
		examples(&b, c)
	}
	return string(md2man.Render([]byte(b.String())))
}

func synopsis(b *strings.Builder, name string, c *program.Command) {
	forms := c.Synopsis
	if len(forms) == 0 {
		forms = []string{""}
	}
	for _, form := range forms {
		fmt.Fprintf(b, "**%s** %s\n\n", name, escape(form))
	}
}

func options(b *strings.Builder, c *program.Command) {
	if c.Flags == nil {
		return
	}
	set := pflag.NewFlagSet(c.Name, pflag.ContinueOnError)
	set.SortFlags = false
	c.Flags(set)
	set.VisitAll(func(f *pflag.Flag) {
		value, usage := pflag.UnquoteUsage(f)
		names := "**--" + f.Name + "**"
		if f.Shorthand != "" {
			names = "**-" + f.Shorthand + "**, " + names
		}
		if value != "" {
			names += " *" + escape(value) + "*"
		}
		fmt.Fprintf(b, "%s\n:   %s\n\n", names, escape(usage))
	})
}

func examples(b *strings.Builder, c *program.Command) {
	for _, e := range c.Examples {
		fmt.Fprintf(b, "```\n%s\n```\n\n%s.\n\n", e.Line, escape(e.Does))
	}
}

// escape escapes Markdown markup.
func escape(s string) string {
	return strings.NewReplacer("*", `\*`, "_", `\_`, "<", `\<`, "[", `\[`, "]", `\]`, "|", `\|`, "`", "\\`").Replace(s)
}
