// Package ieee1905 carries the Registration Protocol over IEEE 1905.1, as in
// Wi-Fi EasyMesh: AP-Autoconfiguration between an agent, which has to serve
// networks, and a controller, which gives them.
//
//	Agent                                    Controller
//	AP-Autoconfiguration Search     ──► multicast
//	                                ◄──  AP-Autoconfiguration Response
//	AP-Autoconfiguration WSC, M1    ──►
//	                                ◄──  AP-Autoconfiguration WSC, an M2 for each network
//
// A controller whose networks have changed sends AP-Autoconfiguration Renew; the
// agent then sends M1 again. What an agent serves is seen in its Topology
// Response.
//
// [Message] is a message, and [Assembler] joins its fragments. [Agent] and
// [Controller] run the machines of package registration on an Ethernet. They
// are for one radio and one band, which is enough to try the other side; a
// product has a daemon for the rest of IEEE 1905.1.
//
// IEEE 1905.1 expects an authenticated link. No password is proved here: who is
// on the Ethernet is trusted.
package ieee1905
