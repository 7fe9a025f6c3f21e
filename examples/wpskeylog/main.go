// Wpskeylog makes a key log of what hostapd and wpa_supplicant print when they
// are run with -K -dd, for wpsdoctor -keys:
//
//	hostapd -K -dd hostapd.conf > hostapd.log
//	wpskeylog hostapd.log > keys
//	wpsdoctor -keys keys wps.pcap
//
// It reads the files named, or standard input, and prints a line for each run
// whose keys they tell: see registration.KeyLogLabel for its form. The log of
// either side will do. Instead of a log, a file may be JSON: an array with an
// object for each run, whose members have the names and hexadecimal values of
// the log.
//
// The keys open what was encrypted in the runs, the network key with it: treat
// them as you would that.
//
// The exit status is 0 if there were keys, 1 if there were none, 2 if a file
// could not be read.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
