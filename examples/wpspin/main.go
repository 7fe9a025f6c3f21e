// Command wpspin checks, makes and completes the PINs of Wi-Fi Protected Setup.
//
//	wpspin check PIN…         is it valid, and if not, what was meant?
//	wpspin new [-n N]         make N new PINs
//	wpspin complete DIGITS…   add the check digit to seven digits
//
// With -json it prints one JSON object for each PIN, on a line of its own. It
// exits with 0 if all PINs are valid, 1 if one is not, and 2 if it was not used
// as it should or could not read or write.
package main

import "os"

func main() {
	p := program{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	os.Exit(p.run(os.Args[1:]))
}
