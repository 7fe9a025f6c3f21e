// Package campaign plays many simulated worlds and checks in each of them what
// must hold in every world.
//
// Each world has a router, a printer, a person and an air. They are drawn from the
// seed of the campaign and the index of the world: routers and printers from tables
// of models with peculiarities ([RouterProfiles], [PrinterProfiles]), the person
// from a table of what people do at home, right or wrong ([People]), the air from
// [Rates].
//
//	c := &campaign.Campaign{Seed: 1, N: 10_000, Faults: campaign.DefaultRates()}
//	report, err := c.Run(ctx)
//
// # What is checked
//
// A checker observes every frame and every action, with readers of its own. No
// secret leaves a device before the other side has proved that it knows the
// password; a repeated request gets the same answer; a PIN that was proved is not
// used again; a locked PIN is not answered; an overlap ends the push-button method;
// and so on. At the end the device shows a reason if it is not connected, and the
// doctor ([github.com/gowps/gowps/wps/doctor]) names the cause that was drawn.
//
// # Repeating
//
// Seed and index determine a world, on every platform. [Campaign.Play] plays one of
// them again, [Campaign.Shrink] makes it small: ordinary devices in place of
// peculiar ones, and few of the faults. The program wpssim does the same on the
// command line.
//
// # Splitting
//
// The report of a campaign is the same for any number of workers. Campaign.Shard
// splits it over machines; [Report.Merge] adds the reports up.
//
// # A device under test
//
// An enrollee of another maker takes part as a row of Campaign.Printers, whose
// Configure sets NewExchange: see [github.com/gowps/gowps/sim.PrinterConfig].
package campaign
