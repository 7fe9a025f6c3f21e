package campaign

// Shrink minimizes a scenario that violates a rule: ordinary devices in place
// of peculiar ones, and few of the faults, which it lists in Keep. It returns
// the minimal scenario and its play. The error is [ErrConfig], also if the
// scenario violates nothing.
func (c *Campaign) Shrink(s Scenario) (Scenario, Play, error) {
	least, err := c.Play(s, nil)
	if err != nil {
		return s, least, err
	}
	if len(least.Violations) == 0 {
		return s, least, configError("%d:%d violates nothing", s.Seed, s.Index)
	}
	wanted := least.Violations[0]
	try := func(s Scenario) bool {
		play, err := c.Play(s, nil)
		if err != nil || len(play.Violations) == 0 || !play.Violations[0].like(wanted) {
			return false
		}
		least = play
		return true
	}
	for _, plainer := range []func(*Scenario){
		func(s *Scenario) { s.Faults = Rates{} },
		func(s *Scenario) { s.Router = c.Routers[0].Name },
		func(s *Scenario) { s.Printer = c.Printers[0].Name },
	} {
		simpler := least.Scenario
		plainer(&simpler)
		try(simpler)
	}
	if least.Faults == (Rates{}) {
		return least.Scenario, least, nil
	}
	// Delta debugging: leave out halves, quarters, and so on to single faults.
	for size := len(least.happened); size > 0; size /= 2 {
		for at := 0; at < len(least.happened); {
			fewer := least.Scenario
			fewer.Keep = []string{} // not nil, which keeps all
			for i, fault := range least.happened {
				if i < at || i >= at+size {
					fewer.Keep = append(fewer.Keep, fault.String())
				}
			}
			if !try(fewer) {
				at += size
			}
		}
	}
	return least.Scenario, least, nil
}
