package station

import (
	"errors"
	"fmt"
	"testing"
	"testing/fstest"
)

func TestHolder(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  string // program and process, "" if none
	}{
		{"no /proc", nil, ""},
		{"nobody", map[string]string{"proc/1/comm": "systemd\n", "proc/self/comm": "x\n", "proc/2/other": ""}, ""},
		{"NetworkManager", map[string]string{"proc/7/comm": "NetworkManager\n"}, "NetworkManager 7"},
		{"NetworkManager before what works for it", map[string]string{
			"proc/3/comm": "wpa_supplicant\n", "run/wpa_supplicant/wlan0": "", "proc/7/comm": "NetworkManager\n"}, "NetworkManager 7"},
		{"NetworkManager that manages it", map[string]string{
			"proc/7/comm": "NetworkManager\n", "run/NetworkManager/devices/3": "[device]\nmanaged=true\n"}, "NetworkManager 7"},
		{"NetworkManager that does not", map[string]string{
			"proc/7/comm": "NetworkManager\n", "run/NetworkManager/devices/3": "[device]\nmanaged=false\n"}, ""},
		{"NetworkManager that does not, iwd", map[string]string{
			"proc/7/comm": "NetworkManager\n", "run/NetworkManager/devices/3": "managed=false\n", "proc/8/comm": "iwd\n"}, "iwd 8"},
		{"iwd -i wlan1", map[string]string{
			"proc/8/comm": "iwd\n", "proc/8/cmdline": "/usr/libexec/iwd\x00-i\x00wlan1\x00", "sys/class/net/wlan0/phy80211/name": "phy0\n"}, ""},
		{"iwd -iwlan1", map[string]string{
			"proc/8/comm": "iwd\n", "proc/8/cmdline": "/usr/libexec/iwd\x00-iwlan1\x00", "sys/class/net/wlan0/phy80211/name": "phy0\n"}, ""},
		{"iwd -i eth*,wlan0", map[string]string{
			"proc/8/comm": "iwd\n", "proc/8/cmdline": "/usr/libexec/iwd\x00-i\x00eth*,wlan0\x00", "sys/class/net/wlan0/phy80211/name": "phy0\n"}, "iwd 8"},
		{"iwd --interfaces=wlan1", map[string]string{
			"proc/8/comm": "iwd\n", "proc/8/cmdline": "/usr/libexec/iwd\x00--interfaces=wlan1\x00", "sys/class/net/wlan0/phy80211/name": "phy0\n"}, ""},
		{"iwd --interfaces wl*", map[string]string{
			"proc/8/comm": "iwd\n", "proc/8/cmdline": "/usr/libexec/iwd\x00--interfaces\x00wl*\x00", "sys/class/net/wlan0/phy80211/name": "phy0\n"}, "iwd 8"},
		{"iwd -I wlan0", map[string]string{
			"proc/8/comm": "iwd\n", "proc/8/cmdline": "/usr/libexec/iwd\x00-I\x00wlan0\x00", "sys/class/net/wlan0/phy80211/name": "phy0\n"}, ""},
		{"iwd -I wlan1", map[string]string{
			"proc/8/comm": "iwd\n", "proc/8/cmdline": "/usr/libexec/iwd\x00-I\x00wlan1\x00", "sys/class/net/wlan0/phy80211/name": "phy0\n"}, "iwd 8"},
		{"iwd --nointerfaces=wlan?", map[string]string{
			"proc/8/comm": "iwd\n", "proc/8/cmdline": "/usr/libexec/iwd\x00--nointerfaces=wlan?\x00", "sys/class/net/wlan0/phy80211/name": "phy0\n"}, ""},
		{"iwd -p phy1", map[string]string{
			"proc/8/comm": "iwd\n", "proc/8/cmdline": "/usr/libexec/iwd\x00-p\x00phy1\x00", "sys/class/net/wlan0/phy80211/name": "phy0\n"}, ""},
		{"iwd -p phy0,phy1", map[string]string{
			"proc/8/comm": "iwd\n", "proc/8/cmdline": "/usr/libexec/iwd\x00-p\x00phy0,phy1\x00", "sys/class/net/wlan0/phy80211/name": "phy0\n"}, "iwd 8"},
		{"iwd -P phy0", map[string]string{
			"proc/8/comm": "iwd\n", "proc/8/cmdline": "/usr/libexec/iwd\x00-P\x00phy0\x00", "sys/class/net/wlan0/phy80211/name": "phy0\n"}, ""},
		{"iwd --nophys=phy1", map[string]string{
			"proc/8/comm": "iwd\n", "proc/8/cmdline": "/usr/libexec/iwd\x00--nophys=phy1\x00", "sys/class/net/wlan0/phy80211/name": "phy0\n"}, "iwd 8"},
		{"iwd -d -i", map[string]string{
			"proc/8/comm": "iwd\n", "proc/8/cmdline": "/usr/libexec/iwd\x00-d\x00-i\x00", "sys/class/net/wlan0/phy80211/name": "phy0\n"}, "iwd 8"},
		{"iwd -i [", map[string]string{
			"proc/8/comm": "iwd\n", "proc/8/cmdline": "/usr/libexec/iwd\x00-i\x00[\x00", "sys/class/net/wlan0/phy80211/name": "phy0\n"}, "iwd 8"},
		{"iwd -i wlan0 -P phy0", map[string]string{
			"proc/8/comm": "iwd\n", "proc/8/cmdline": "/usr/libexec/iwd\x00-i\x00wlan0\x00-P\x00phy0\x00", "sys/class/net/wlan0/phy80211/name": "phy0\n"}, ""},
		{"iwd of another radio, whose radio is not known", map[string]string{
			"proc/8/comm": "iwd\n", "proc/8/cmdline": "iwd\x00-p\x00phy1\x00"}, "iwd 8"},
		{"connman", map[string]string{"proc/7/comm": "connmand\n"}, "connmand 7"},
		{"wpa_supplicant by its arguments", map[string]string{
			"proc/7/comm": "wpa_supplicant\n", "proc/7/cmdline": "wpa_supplicant\x00-B\x00-iwlan0\x00-cx\x00"}, "wpa_supplicant 7"},
		{"wpa_supplicant by two arguments", map[string]string{
			"proc/7/comm": "wpa_supplicant\n", "proc/7/cmdline": "wpa_supplicant\x00-i\x00wlan0\x00"}, "wpa_supplicant 7"},
		{"wpa_supplicant by its socket", map[string]string{
			"proc/7/comm": "wpa_supplicant\n", "proc/7/cmdline": "wpa_supplicant\x00-u\x00", "run/wpa_supplicant/wlan0": ""}, "wpa_supplicant 7"},
		{"wpa_supplicant of another", map[string]string{
			"proc/7/comm": "wpa_supplicant\n", "proc/7/cmdline": "wpa_supplicant\x00-iwlan01\x00-i\x00", "run/wpa_supplicant/wlan1": ""}, ""},
		{"a socket left behind", map[string]string{"proc/1/comm": "init\n", "run/wpa_supplicant/wlan0": ""}, ""},
	} {
		root := fstest.MapFS{}
		for path, content := range tt.files {
			root[path] = &fstest.MapFile{Data: []byte(content)}
		}
		err := holder(root, "wlan0", 3)
		got := ""
		var held *HeldError
		if errors.As(err, &held) {
			got = fmt.Sprint(held.Program, " ", held.PID)
		}
		if got != tt.want || errors.Is(err, ErrHeld) != (tt.want != "") {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
