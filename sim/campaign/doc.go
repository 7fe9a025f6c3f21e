// Package campaign runs many simulated worlds and checks invariants in each.
//
// Each world has a router, a printer, a person and a link. They are drawn from
// the seed of the campaign and the index of the world: routers and printers
// from tables of models with peculiarities ([RouterProfiles],
// [PrinterProfiles]), the person from a table of what people do at home, right
// or wrong ([People]), the faults of the link from [Rates].
//
//	c := &campaign.Campaign{Seed: 1, N: 10_000, Faults: campaign.DefaultRates()}
//	report, err := c.Run(ctx)
//
// # What is checked
//
// A checker with parsers of its own observes every frame and every action. No
// secret leaves a device before the other side has proved that it has the
// password; a repeated request gets the same answer; a PIN that was disclosed
// is not used again; a locked PIN is not answered; an overlap ends the
// push-button method; and so on. At the end a device that is not connected
// shows a reason, and the doctor ([github.com/gowps/gowps/wps/doctor]) names
// the cause that was drawn.
//
// # Repeating
//
// Seed and index determine a world, on every platform. [Campaign.Play] runs one
// of them again, [Campaign.Shrink] minimizes it: ordinary devices in place of
// peculiar ones, and few of the faults. The program wpssim does the same on the
// command line.
//
// # Splitting
//
// The report of a campaign is the same for any number of workers.
// Campaign.Shard splits it over machines; [Report.Merge] adds up the reports.
//
// # A device under test
//
// To test another enrollee, add a row to Campaign.Printers whose Configure sets
// NewEndpoint: see [github.com/gowps/gowps/sim.PrinterConfig].
package campaign
