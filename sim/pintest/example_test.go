package pintest_test

import (
	"fmt"

	"github.com/gowps/gowps/sim/pintest"
)

// A campaign checks how PINs are handled, and reports which states and
// transitions occurred.
func ExampleRun() {
	r := pintest.Run(pintest.Config{Seed: 1, N: 50})
	for _, t := range r.Coverage {
		if t.Model == "lockout" && t.Next == "locked for a time" && t.Event == "wrong guess" {
			fmt.Printf("%s: %s, and then: %s: has happened: %t\n", t.State, t.Event, t.Next, t.Count > 0)
		}
	}
	for _, v := range r.Violations {
		fmt.Println(v.What, v.Command)
	}
	fmt.Println(r.Plays, "plays, violations in", r.Found)
	// Output:
	// 2 wrong guesses: wrong guess, and then: locked for a time: has happened: true
	// locked for a time: wrong guess, and then: locked for a time: has happened: true
	// open again: wrong guess, and then: locked for a time: has happened: true
	// locked for good: wrong guess, and then: locked for a time: has happened: true
	// 50 plays, violations in 0
}
