// Package leaks has no code. Its test checks that no type of the module prints a
// secret.
package leaks
