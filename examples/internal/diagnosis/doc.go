// Package diagnosis reads captures and texts and says of each attempt in them what
// happened: the reports that wpsdoctor prints and the page in the browser shows.
//
// [Open] finds out what a file holds, [Reading.Judge] judges the attempts in it, and
// [NewEntry] and [Page] put what was found into JSON and into a document.
package diagnosis
