package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/gowps/gowps/examples/internal/outfile"
	"github.com/gowps/gowps/sim/campaign"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/report"
)

// createPage creates the file for a report in HTML, before the campaign is
// played. It returns nil if the name is empty.
func createPage(name string) (*os.File, error) {
	if name == "" {
		return nil, nil
	}
	f, err := outfile.Create(name)
	if err != nil {
		return nil, fmt.Errorf("-html: %w", err)
	}
	return f, nil
}

// writePage writes the report of a campaign in HTML.
func writePage(f *os.File, r *campaign.Report, incomplete []string) error {
	if f == nil {
		return nil
	}
	return errors.Join(document(r, incomplete).HTML(f, report.Options{}), f.Close())
}

// moodOf returns the mood of a cause.
func moodOf(cause doctor.Cause) report.Mood {
	if cause == doctor.Success || cause == doctor.SettingsRead {
		return report.Good
	}
	return report.Neutral
}

// document returns the report of a campaign as a page.
func document(r *campaign.Report, incomplete []string) *report.Document {
	v := &report.Verdict{Mood: report.Good, Label: "no violation", Text: fmt.Sprintf("%d worlds were played, and no rule was broken.", r.Registrations)}
	if r.Failed > 0 {
		v.Mood, v.Label = report.Bad, fmt.Sprintf("%d worlds with violations", r.Failed)
		v.Text = fmt.Sprintf("%d worlds were played; in %d of them a rule was broken.", r.Registrations, r.Failed)
		v.Steps = []string{"Repeat a world with its command, frame by frame.", "Find the smallest world that fails in the same way: wpssim shrink."}
	}
	if len(incomplete) > 0 {
		v.Mood = max(v.Mood, report.Warning)
		v.Besides = incomplete
	}
	outcomes := report.Bars{Caption: "Outcomes", Unit: "worlds"}
	for _, cause := range causesOf(r) {
		outcomes.Bars = append(outcomes.Bars, report.Bar{Label: string(cause), Count: int64(r.Outcomes[cause]), Mood: moodOf(cause)})
	}
	latency := report.Bars{Caption: "From the panel to the connection, in the time of the worlds", Unit: "worlds"}
	bounds := r.Latency.Bounds()
	for i, n := range r.Latency.Counts {
		label := "longer"
		if i < len(bounds) {
			label = "up to " + bounds[i].String()
		}
		latency.Bars = append(latency.Bars, report.Bar{Label: label, Count: int64(n)})
	}
	part := report.Part{
		Heading: fmt.Sprintf("Campaign with seed %d", r.Seed), Verdict: v, Bars: []report.Bars{outcomes, latency},
		Facts: []report.Fact{
			{Name: "registrations", Value: fmt.Sprint(r.Registrations)}, {Name: "succeeded", Value: fmt.Sprint(r.Succeeded)},
			{Name: "runs of M1 to M8", Value: fmt.Sprint(r.Exchanges)}, {Name: "PINs tried", Value: fmt.Sprint(r.PINs)},
			{Name: "time", Value: fmt.Sprintf("%.1f seconds, %.0f registrations per second", r.Seconds, r.PerSecond)},
			{Name: "faults", Value: fmt.Sprint(r.Faults)}, {Name: "trace", Value: r.TraceHash},
		},
	}
	if len(r.Worlds) > 0 {
		t := report.Table{Caption: "Violations", Head: []string{"world", "what was broken", "the command that repeats it"}, Numeric: []int{0}}
		for _, w := range r.Worlds {
			for i, violation := range w.Violations {
				row := []string{"", fmt.Sprint(violation), ""}
				if i == 0 {
					row[0], row[2] = fmt.Sprint(w.Index), w.Command
				}
				t.Rows = append(t.Rows, row)
				t.Moods = append(t.Moods, report.Bad)
			}
		}
		part.Tables = append(part.Tables, t)
	}
	return &report.Document{Title: "Campaign of simulated WPS registrations", Parts: []report.Part{part}, Foot: "Made by wpssim of github.com/gowps/gowps."}
}
