// Wpssim simulates registrations by Wi-Fi Protected Setup between a printer and
// a router, and explains them. It also runs campaigns of many such worlds and
// checks each. Run it with -help.
package main

import (
	"context"

	"github.com/gowps/gowps/examples/internal/program"
)

func main() { program.Main(context.Background(), command()) }

// command returns the program.
func command() *program.Command {
	var (
		o      options
		r      run
		w      world
		s      shrinking
		m      merging
		p      pinPlays
		scenes = []string{"SEED[:INDEX]", "FILE"}
	)
	return &program.Command{
		Name: "wpssim", Short: "play registrations by WPS between a simulated printer and router",
		Synopsis: []string{"[-method HOW] [-wrong-pin HALF] [-wps-off] [-loss FRACTION] [-seed N] [-pcap FILE]", "COMMAND [flags]"},
		Long: `Without a command, a printer registers by PIN, and then by push button. Each line is a frame on the air, with the time in the simulated world, and what the frame means or proves. Beacons and probes without news are left out. The settings that the printer received are at the end, with the network key: all of it is simulated.

The commands play many worlds, in which devices, people and the air are drawn from a seed, and check what must hold in every one. A campaign ends with a table, or with an object of JSON. Each violation comes with the command that repeats it.`,
		Examples: []program.Example{
			{Line: "wpssim -method pin -wrong-pin 2", Does: "A digit of the second half of the PIN is mistyped"},
			{Line: "wpssim run -n 100000", Does: "Play a campaign of 100,000 worlds"},
			{Line: "wpssim run -shard 0/8 -o 0.ndjson", Does: "Play an eighth of a campaign, to be merged"},
			{Line: "wpssim merge 0.ndjson 1.ndjson", Does: "Add up the parts"},
			{Line: "wpssim replay 1:42", Does: "Play world 42 of the campaign with seed 1, frame by frame"},
			{Line: "wpssim shrink 1:42", Does: "Find the smallest world that fails in the same way"},
		},
		Exit: []string{
			"the printer is connected, or the campaign has no findings", "it is not connected, or there are findings",
			"wrong use, or input or output that fails", "a campaign was interrupted, or a merge lacks a part; nothing was found",
		},
		Flags: o.flags, Run: o.run,
		Values: map[string]program.Values{"pcap": program.Files, "method": program.Words(methods...), "wrong-pin": program.Words("0", "1", "2")},
		Commands: []*program.Command{
			{
				Name: "run", Short: "play a campaign", Synopsis: []string{"[-n N | -for TIME] [-faults KINDS] [-profile ROWS] [-shard I/N] [-o FILE] [-html FILE] [-json]"},
				Flags: r.flags, Run: r.play, Values: map[string]program.Values{"output": program.Files, "html": program.Files, "faults": program.Words("none", "swarm")},
				Examples: []program.Example{{Line: "wpssim run -for 10m -faults swarm,loss=0.3 -profile printer=slow-dh -json", Does: "Play ten minutes"}},
			},
			{Name: "replay", Short: "play one world, frame by frame", Synopsis: scenes, Flags: w.flags, Run: w.replay, Operands: program.Files},
			{
				Name: "shrink", Short: "find fewer faults and devices that fail in the same way", Synopsis: scenes,
				Flags: s.flags, Run: s.run, Operands: program.Files, Values: map[string]program.Values{"output": program.Files},
			},
			{Name: "merge", Short: "add up the parts of a campaign", Synopsis: []string{"[-json] [-html FILE] FILE..."}, Flags: m.flags, Run: m.run, Operands: program.Files, Values: map[string]program.Values{"html": program.Files}},
			{Name: "profiles", Short: "list the routers, printers and people", Run: profiles},
			{Name: "pins", Short: "fuzz the handling of PINs", Synopsis: []string{"[-n N] [-seed N] [-json]"}, Flags: p.flags, Run: p.run},
		},
	}
}
