// Command wpssim plays a registration by Wi-Fi Protected Setup between a
// printer and a router, both simulated, and explains it.
//
//	wpssim                    by PIN, and then by push button
//	wpssim -method pin        one of them: pin, button
//	wpssim -wrong-pin 2       a digit of the second half of the PIN is mistyped
//	wpssim -wps-off           WPS is off in the router's web page
//	wpssim -loss 0.1          a tenth of all frames is lost
//	wpssim -seed 7            another world
//
// Each line is a frame on the air, with the time that has passed in the
// simulated world, and what the frame tells or proves. Beacons and probes that
// say nothing new are left out. What the printer has received stands at the
// end, with the network key: all of it is simulated.
//
// With a command it plays many worlds, in which devices, people and the air are
// drawn from the seed, and checks what must hold in every one:
//
//	wpssim run -n 100000           a campaign; -for 10m, -faults, -profile, -json, …
//	wpssim run -shard 0/8 -o 0.ndjson     an eighth of it, to be merged
//	wpssim merge *.ndjson          adds up the parts
//	wpssim replay 1:42             world 42 of the campaign with seed 1, frame by frame
//	wpssim shrink 1:42             the least that fails as it does
//	wpssim profiles                the routers, printers and people
//
// A campaign ends with a table, or with an object of JSON. Each violation comes
// with the command that repeats it. The exit status is 0 without findings, 1
// with some, and 2 if the program was not used as it should. Without a command
// it is 0 if the printer is connected, 1 if it is not, and 2 if
// the program was not used as it should.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }
