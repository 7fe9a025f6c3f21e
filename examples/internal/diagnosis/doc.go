// Package diagnosis reads captures and texts and reports what happened in each
// attempt. Wpsdoctor prints these reports, and the page in the browser shows
// them.
//
// [Open] detects the format of a file, [Reading.Judge] diagnoses the attempts
// in it, and [NewEntry] and [Page] turn the results into JSON and an HTML
// document.
package diagnosis
