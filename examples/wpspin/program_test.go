package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/program/programtest"
	"github.com/gowps/gowps/pin"
)

// run runs the program.
func run(random io.Reader, streams program.IO, args []string) int {
	return program.Run(context.Background(), command(&invocation{rand: random}), streams, args)
}

func TestFamily(t *testing.T) {
	programtest.Family(t, func() *program.Command { return command(new(invocation)) })
}

// TestRun compares all output of the program, and its exit status.
func TestRun(t *testing.T) {
	tests := []struct {
		args   string // separated by commas
		stdin  string
		stdout string
		stderr string
		status int
	}{
		{
			args:   "check,24681353",
			stdout: "24681353: valid\n",
		},
		{
			args:   "check,2468-1353,12345670",
			stdout: "2468-1353: valid\n12345670: valid\n  warning: everybody knows this PIN: it is the example in manuals and test plans, and the default of many routers\n",
		},
		{
			args: "check,12345670,24683153",
			stdout: `12345670: valid
  warning: everybody knows this PIN: it is the example in manuals and test plans, and the default of many routers
24683153: not valid: wrong check digit: the last digit should be 9
  perhaps 24683159: digit 8, the check digit, is wrong
  perhaps 26483153: digits 2 and 3 are swapped
  perhaps 24681353: digits 5 and 6 are swapped
  perhaps 24683135: digits 7 and 8 are swapped
  perhaps 24883153: digit 3 is wrong, easily mistyped or misread
  perhaps 24685153: digit 5 is wrong, easily mistyped or misread
  perhaps 24683753: digit 6 is wrong, easily mistyped or misread
  perhaps 44683153: digit 1 is wrong
  perhaps 20683153: digit 2 is wrong
  perhaps 24643153: digit 4 is wrong
`,
			status: 1,
		},
		{
			args: "check,1234567O, 12345670,,router,a\tb",
			stdout: `1234567O: not valid: not a digit: character 8 is the letter 'O', not the digit 0
  perhaps 12345670: characters that look like digits were typed for digits
" 12345670": valid
  warning: everybody knows this PIN: it is the example in manuals and test plans, and the default of many routers
"": not valid: wrong number of digits: 0 where 8 or 4 are needed
router: not valid: not a digit: character 1 is 'r'
"a\tb": not valid: not a digit: character 1 is 'a'
`,
			status: 1,
		},
		{
			args:   "check,2468,1353",
			stdout: "2468: valid\n  warning: some routers only accept PINs of 8 digits\n1353: valid\n  warning: some routers only accept PINs of 8 digits\n",
			stderr: "wpspin: 2468 and 1353 are two PINs of 4 digits; for one of 8 write \"2468 1353\"\n",
		},
		{
			args:   "check,-any-checksum,24681357",
			stdout: "24681357: accepted, not valid: wrong check digit: the last digit should be 3\n",
		},
		{
			args:   "check,24681353,-mac,02:00:5e:25:a9:27",
			stdout: "24681353: valid\n  warning: anyone who sees the device can compute this PIN: it comes from the last 24 bits of the MAC address\n",
		},
		{
			args:   "check,--,-24681353",
			stdout: "-24681353: not valid: not a digit: character 1 is '-', which may only stand between two digits\n  perhaps 24681353: characters that do not belong to a PIN were typed\n",
			status: 1,
		},
		{
			args:   "check,-",
			stdin:  "24681353\n\n 2468 1353 \r\n35791119",
			stdout: "24681353: valid\n\" 2468 1353 \": valid\n35791119: valid\n",
		},
		{
			args:   "check",
			stdin:  "24681353\n",
			stdout: "24681353: valid\n",
		},
		{
			args:   "check,a\x1b[2J\u202e",
			stdout: "\"a\\x1b[2J\\u202e\": not valid: not a digit: character 1 is 'a'\n",
			status: 1,
		},
		{
			args:   "check,24681353,-,1",
			stdin:  "router\n",
			stdout: "24681353: valid\nrouter: not valid: not a digit: character 1 is 'r'\n1: not valid: wrong number of digits: 1 where 8 or 4 are needed\n",
			status: 1,
		},
		{
			args:   "check,-",
			stdin:  "\n \n",
			stderr: "wpspin: standard input holds no PIN\n",
			status: 2,
		},
		{
			args:   "check,-",
			stdin:  strings.Repeat("1", 1<<20),
			stderr: "wpspin: standard input: a line is too long for a PIN\n",
			status: 2,
		},
		{
			args:   "-json,check,2468-1353,1234",
			stdout: `{"schema":"wpspin/1","input":"2468-1353","valid":true,"pin":"24681353","halves":["2468","1353"]}` + "\n" + `{"schema":"wpspin/1","input":"1234","valid":true,"pin":"1234","halves":["12","34"],"warnings":["everybody knows this PIN: it is digits in order","some routers only accept PINs of 8 digits"]}` + "\n",
		},
		{
			args:   "check,123456<,-json,00012345",
			stdout: `{"schema":"wpspin/1","input":"123456<","valid":false,"error":{"class":"character","message":"not a digit: character 7 is '<'","character":7}}` + "\n" + `{"schema":"wpspin/1","input":"00012345","valid":false,"error":{"class":"checksum","message":"wrong check digit: the last digit should be 8","character":8,"want":8},"suggestions":[{"pin":"00012348","reason":"check-digit","words":"digit 8, the check digit, is wrong"},{"pin":"10012345","reason":"near-digit","words":"digit 1 is wrong, easily mistyped or misread"},{"pin":"00112345","reason":"near-digit","words":"digit 3 is wrong, easily mistyped or misread"},{"pin":"00042345","reason":"near-digit","words":"digit 4 is wrong, easily mistyped or misread"},{"pin":"00013345","reason":"near-digit","words":"digit 5 is wrong, easily mistyped or misread"},{"pin":"00012645","reason":"near-digit","words":"digit 6 is wrong, easily mistyped or misread"},{"pin":"00012355","reason":"near-digit","words":"digit 7 is wrong, easily mistyped or misread"},{"pin":"03012345","reason":"other-digit","words":"digit 2 is wrong"}]}` + "\n",
			status: 1,
		},
		{
			args:   "check,-json,-any-checksum,12345671,123",
			stdout: `{"schema":"wpspin/1","input":"12345671","valid":false,"accepted":true,"pin":"12345671","halves":["1234","5671"],"warnings":["everybody knows this PIN: it is digits in order"],"error":{"class":"checksum","message":"wrong check digit: the last digit should be 0","character":8,"want":0}}` + "\n" + `{"schema":"wpspin/1","input":"123","valid":false,"error":{"class":"length","message":"wrong number of digits: 3 where 8 or 4 are needed"},"suggestions":[{"pin":"0123","reason":"leading-zeros","words":"zeros at the beginning are missing"}]}` + "\n",
			status: 1,
		},
		{
			args:   "new",
			stdout: "24681353\n",
		},
		{
			args:   "-n,3,new",
			stdout: "24681353\n00000017\n35791119\n",
		},
		{
			args:   "new,-n=2,-json",
			stdout: `{"schema":"wpspin/1","valid":true,"pin":"24681353","halves":["2468","1353"]}` + "\n" + `{"schema":"wpspin/1","valid":true,"pin":"00000017","halves":["0000","0017"]}` + "\n",
		},
		{
			args:   "new,-n,4",
			stdout: "24681353\n00000017\n35791119\n",
			stderr: "wpspin: pin: reading randomness: EOF\n",
			status: 2,
		},
		{
			args:   "complete,2468135,246-8135",
			stdout: "24681353\n24681353\n",
		},
		{
			args:   "complete,2468135,24681353,12 ",
			stdout: "24681353\n",
			stderr: "wpspin: 24681353: wrong number of digits: 8 where 7 are needed, all but the check digit\nwpspin: \"12 \": wrong number of digits: 2 where 7 are needed, all but the check digit\n",
			status: 1,
		},
		{
			args:   "complete,-json,2468135,x",
			stdout: `{"schema":"wpspin/1","input":"2468135","valid":true,"pin":"24681353","halves":["2468","1353"]}` + "\n" + `{"schema":"wpspin/1","input":"x","valid":false,"error":{"class":"character","message":"not a digit: character 1 is 'x'","character":1}}` + "\n",
			status: 1,
		},

		{args: "-json", stderr: "wpspin: a command is missing; see \"wpspin -help\"\n", status: 2},
		{args: "guess", stderr: "wpspin: there is no command \"guess\"; see \"wpspin -help\"\n", status: 2},
		{args: "check", stderr: "wpspin: check needs a PIN; see \"wpspin -help\"\n", status: 2},
		{args: "complete,-json", stderr: "wpspin: complete needs seven digits; see \"wpspin -help\"\n", status: 2},
		{args: "new,3", stderr: "wpspin: new takes nothing more, but there is \"3\"; see \"wpspin -help\"\n", status: 2},
		{args: "new,-n,0", stderr: "wpspin: -n 0: the number of PINs must be at least 1; see \"wpspin -help\"\n", status: 2},
		{args: "new,-n,x", stderr: "wpspin: -n: \"x\" is not a valid number; see \"wpspin -help\"\n", status: 2},
		{args: "check,1234,-n,2", stderr: "wpspin: there is no flag -n; see \"wpspin -help\"\n", status: 2},
		{args: "-any-checksum,complete,1", stderr: "wpspin: there is no flag -any-checksum; see \"wpspin -help\"\n", status: 2},
		{args: "check,1234,-mac,00:00:00:00:fe:80:00:01", stderr: "wpspin: -mac: not a MAC address; see \"wpspin -help\"\n", status: 2},
		{args: "check,-24681353", stderr: "wpspin: there is no flag -24681353; see \"wpspin -help\"\n", status: 2},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			// The PINs made from these octets begin with 2468135, 0000001 and
			// 3579111.
			random := bytes.NewReader([]byte{0, 0x25, 0xa9, 0x27, 0, 0, 0, 1, 0, 0x36, 0x9c, 0xe7})
			status := run(random, program.IO{In: strings.NewReader(tt.stdin), Out: &stdout, Err: &stderr, Piped: tt.stdin != ""}, strings.Split(tt.args, ","))
			if status != tt.status {
				t.Errorf("exit status %d, want %d", status, tt.status)
			}
			if strings.HasPrefix(stdout.String(), "{") {
				programtest.Schema(t, stdout.String())
			}
			if got := stdout.String(); got != tt.stdout {
				t.Errorf("standard output:\n%s\nwant:\n%s", got, tt.stdout)
			}
			if got := stderr.String(); got != tt.stderr {
				t.Errorf("standard error:\n%s\nwant:\n%s", got, tt.stderr)
			}
		})
	}
}

// TestNewFromSystem checks that the system's random source gives different
// PINs.
func TestNewFromSystem(t *testing.T) {
	var stdout bytes.Buffer
	if status := run(nil, program.IO{Out: &stdout, Err: io.Discard}, []string{"new", "-json", "-n", "50"}); status != program.Fine {
		t.Fatalf("exit status %d", status)
	}
	seen := make(map[pin.PIN]bool)
	for line := range strings.Lines(stdout.String()) {
		var r struct{ PIN pin.PIN }
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		seen[r.PIN] = true
	}
	if len(seen) < 49 {
		t.Errorf("%d of 50 differ", len(seen))
	}
}

// full is a disk without free space.
type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

// TestOutputFails checks that a result that cannot be printed is a failure.
func TestOutputFails(t *testing.T) {
	for _, args := range []string{"check 24681353", "check -", "new -n 1000000000", "complete 2468135 -json", "help"} {
		var stderr bytes.Buffer
		streams := program.IO{In: strings.NewReader("24681353"), Out: full{}, Err: &stderr}
		if status := run(nil, streams, strings.Fields(args)); status != program.Unable || stderr.String() != "wpspin: no space left\n" {
			t.Errorf("%s: exit status %d, %q", args, status, stderr.String())
		}
	}
}

// TestInputFails checks that input that cannot be read is a failure.
func TestInputFails(t *testing.T) {
	var stdout, stderr bytes.Buffer
	broken := errors.New("input/output error")
	streams := program.IO{In: io.MultiReader(strings.NewReader("24681353\n"), iotest.ErrReader(broken)), Out: &stdout, Err: &stderr}
	status := run(nil, streams, []string{"check", "-"})
	if status != program.Unable || stdout.String() != "24681353: valid\n" || stderr.String() != "wpspin: standard input: input/output error\n" {
		t.Errorf("exit status %d, %q, %q", status, stdout.String(), stderr.String())
	}
}
