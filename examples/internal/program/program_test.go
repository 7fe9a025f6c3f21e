package program

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

// echo is a program that prints its flags and operands.
func echo() *Command {
	var json bool
	var iface, ssid string
	var timeout time.Duration
	var count int
	var secret string
	print := func(_ context.Context, io IO, operands []string) (int, error) {
		_, err := io.Text().Write([]byte(strings.Join([]string{iface, ssid, timeout.String(), secret, strings.Join(operands, ",")}, "|")))
		if json {
			return Problem, err
		}
		return Fine, err
	}
	return &Command{
		Name: "echo", Short: "an example", Run: print,
		Flags: func(f *pflag.FlagSet) {
			f.BoolVar(&json, "json", false, "JSON")
			f.StringVarP(&iface, "interface", "i", "", "`IF`")
			f.StringVar(&ssid, "ssid", "", "`NAME`")
			f.DurationVar(&timeout, "timeout", 0, "`TIME`")
			f.Func("pin", "`PIN`", func(s string) error {
				if s == "bad" {
					return errors.New("wrong check digit")
				}
				secret = s
				return nil
			})
		},
		Commands: []*Command{{
			Name: "sub", Short: "a command", Run: func(_ context.Context, io IO, operands []string) (int, error) {
				_, err := io.Text().Write([]byte(strings.Repeat("sub "+strings.Join(operands, ","), count)))
				return Fine, err
			},
			Flags: func(f *pflag.FlagSet) { f.IntVarP(&count, "count", "n", 1, "how `many`") },
		}},
	}
}

func TestFlags(t *testing.T) {
	for _, tt := range []struct {
		args   string
		status int
		out    string
		err    string
	}{
		{"-json a", Problem, "||0s||a", ""},
		{"--json a", Problem, "||0s||a", ""},
		{"-json=false a", Fine, "||0s||a", ""},
		{"a -json b", Problem, "||0s||a,b", ""},
		{"a -- -json", Fine, "||0s||a,-json", ""},
		{"-i wlan0 -ssid -json", Fine, "wlan0|-json|0s||", ""},
		{"-i=wlan0 -ssid=home", Fine, "wlan0|home|0s||", ""},
		{"-iwlan0", Unable, "", `echo: there is no flag -iwlan0; see "echo -help"` + "\n"},
		{"-i=wlan0", Fine, "wlan0||0s||", ""},
		{"--interface wlan0", Fine, "wlan0||0s||", ""},
		{"-interface wlan0 -", Fine, "wlan0||0s||-", ""},
		{"-timeout 90s", Fine, "||1m30s||", ""},
		{"sub -n 2 x", Fine, "sub xsub x", ""},
		{"sub x -count=0", Fine, "", ""},
		{"-n 2 sub x", Fine, "sub xsub x", ""},
		{"-i sub x", Fine, "sub||0s||x", ""},
		{"-- sub x", Fine, "||0s||sub,x", ""},
		{"-timeout soon", Unable, "", `echo: -timeout: invalid duration "soon", such as 90s or 2m; see "echo -help"` + "\n"},
		{"sub -n many", Unable, "", `echo: -n: "many" is not a valid number; see "echo -help"` + "\n"},
		{"-pin bad", Unable, "", `echo: -pin: wrong check digit; see "echo -help"` + "\n"},
		{"-nonsense", Unable, "", `echo: there is no flag -nonsense; see "echo -help"` + "\n"},
		{"-x", Unable, "", `echo: there is no flag -x; see "echo -help"` + "\n"},
		{"-ssid", Unable, "", `echo: -ssid needs a value; see "echo -help"` + "\n"},
		{"-json=perhaps", Unable, "", `echo: -json: "perhaps" is neither true nor false; see "echo -help"` + "\n"},
		{"-h\x1b", Unable, "", `echo: there is no flag -h\u001b; see "echo -help"` + "\n"},
	} {
		var out, errs bytes.Buffer
		status := Run(t.Context(), echo(), IO{Out: &out, Err: &errs}, strings.Fields(tt.args))
		if status != tt.status || out.String() != tt.out || errs.String() != tt.err {
			t.Errorf("%s: exit status %d, %q, %q", tt.args, status, &out, &errs)
		}
	}
}

// TestWrap checks that lines keep the width and words are not broken.
func TestWrap(t *testing.T) {
	text := "The router of “home” answers, but it does not accept its own PIN for now; extraordinarily-long-words-stay-as-they-are."
	for _, width := range []int{10, 20, 60, 80, 96, 200} {
		got := Wrap(text, width, "  ")
		for i, line := range strings.Split(got, "\n") {
			if i > 0 {
				line = strings.TrimPrefix(line, "  ")
			}
			if len([]rune(line))+2 > width && strings.Contains(line, " ") {
				t.Errorf("%d: %q", width, line)
			}
		}
		if strings.Join(strings.Fields(got), " ") != text {
			t.Errorf("%d: %q", width, got)
		}
	}
}

func TestASCIIOnly(t *testing.T) {
	for _, tt := range []struct {
		env  map[string]string
		want bool
	}{
		{map[string]string{"LANG": "en_US.UTF-8"}, false},
		{map[string]string{"LANG": "de_DE.utf8"}, false},
		{map[string]string{"LANG": "C"}, true},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_ALL": "C"}, true},
		{map[string]string{"LANG": "C", "LC_CTYPE": "C.UTF-8"}, false},
		{map[string]string{"LANG": "en_US.ISO-8859-1"}, true},
		{nil, true},
	} {
		if got := asciiOnly(func(name string) string { return tt.env[name] }); got != tt.want {
			t.Errorf("%v: %t", tt.env, got)
		}
	}
}
