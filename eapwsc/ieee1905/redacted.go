package ieee1905

import "fmt"

// Format prints no secret, whatever the verb: an agent has keys and networks.
func (Agent) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[ieee1905.Agent]") }
