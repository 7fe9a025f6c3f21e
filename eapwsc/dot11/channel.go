package dot11

import "github.com/gowps/gowps/wps"

// Channel returns the number of the channel with a centre frequency in MHz; 0
// if there is none. Channels on 6 GHz are numbered from 1 again.
func Channel(frequency int) int {
	switch f := frequency; {
	case f == 2484:
		return 14
	case f >= 2412 && f <= 2472:
		return (f - 2407) / 5
	case f == 5935: // on 6 GHz, below channel 1: IEEE 802.11ax table E-4, Linux
		return 2
	case is6GHz(f):
		return max(f-5950, 0) / 5
	case f >= 5005 && f <= 5925:
		return (f - 5000) / 5
	case f >= 58320 && f <= 70200: // 60 GHz
		return (f - 56160) / 2160
	}
	return 0
}

// Band returns the band of a frequency in MHz; 0 if WPS has no value for it,
// as for 6 GHz.
func Band(frequency int) wps.RFBands {
	switch f := frequency; {
	case f >= 2400 && f < 2500:
		return wps.Band24GHz
	case f >= 4900 && f < 5935:
		return wps.Band5GHz
	case f >= 57000 && f < 71000:
		return wps.Band60GHz
	}
	return 0
}

// is6GHz reports whether a frequency is one of the band on which there is no
// WPS.
func is6GHz(frequency int) bool { return frequency >= 5935 && frequency <= 7115 }
