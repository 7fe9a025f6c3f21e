package wps

// The plaintexts of Encrypted Settings. The Key Wrap Authenticator at their
// end is not part of them: package registration checks and adds it.

// M2Settings is the plaintext of M2's settings if the run ends with M2:
// Credentials for a station (NFC connection handover), settings for an access
// point (IEEE 1905.1).
type M2Settings struct {
	Header                   // what every list has: Version, extensions, the octets
	Credentials []Credential // for a station, at most ten
	AP          *Credential  // set it before Decode to read an access point's settings
}

// Kind returns [KindM2Settings], or [KindM8APSettings] for an access point.
func (s *M2Settings) Kind() Kind {
	if s.AP != nil {
		return KindM8APSettings
	}
	return KindM2Settings
}

func (s *M2Settings) layout() *layout {
	if s.AP != nil {
		return m8APSettingsLayout
	}
	return m2SettingsLayout
}

var m2SettingsLayout = layoutOf("NFC connection handover, as hostap implements it",
	must(AttrCredential, func(s *M2Settings) *[]Credential { return &s.Credentials }),
	extensions(),
)

func (s *M2Settings) finish(d *Decoder) {
	if s.AP != nil {
		s.AP.normalise(d, &s.Header)
	}
}

// ap converts a row of Credential to one of the settings of an access point.
func ap(r row) row {
	of := r.place
	r.place = func(l List) any {
		switch s := l.(type) {
		case *M2Settings:
			return of(s.AP)
		case *M7Settings:
			return of(s.AP)
		}
		return of(l.(*M8Settings).AP)
	}
	return r
}

// M4Settings is the plaintext of M4's settings: the secret nonce of the
// registrar's first half.
type M4Settings struct {
	Header               // what every list has: Version, extensions, the octets
	RSNonce1 SecretNonce // R-S1, which opens R-Hash1
}

// Kind returns [KindM4Settings].
func (*M4Settings) Kind() Kind { return KindM4Settings }

func (*M4Settings) layout() *layout { return m4SettingsLayout }

var m4SettingsLayout = layoutOf("WSC 2.0 §8.3.5, as hostap and iwd implement it",
	must(AttrRSNonce1, func(s *M4Settings) *SecretNonce { return &s.RSNonce1 }),
	extensions(),
)

// M5Settings is the plaintext of M5's settings: the secret nonce of the
// enrollee's first half.
type M5Settings struct {
	Header               // what every list has: Version, extensions, the octets
	ESNonce1 SecretNonce // E-S1, which opens E-Hash1
}

// Kind returns [KindM5Settings].
func (*M5Settings) Kind() Kind { return KindM5Settings }

func (*M5Settings) layout() *layout { return m5SettingsLayout }

var m5SettingsLayout = layoutOf("WSC 2.0 §8.3.6, as hostap and iwd implement it",
	must(AttrESNonce1, func(s *M5Settings) *SecretNonce { return &s.ESNonce1 }),
	extensions(),
)

// M6Settings is the plaintext of M6's settings: the secret nonce of the
// registrar's second half.
type M6Settings struct {
	Header               // what every list has: Version, extensions, the octets
	RSNonce2 SecretNonce // R-S2, which opens R-Hash2
}

// Kind returns [KindM6Settings].
func (*M6Settings) Kind() Kind { return KindM6Settings }

func (*M6Settings) layout() *layout { return m6SettingsLayout }

var m6SettingsLayout = layoutOf("WSC 2.0 §8.3.7, as hostap and iwd implement it",
	must(AttrRSNonce2, func(s *M6Settings) *SecretNonce { return &s.RSNonce2 }),
	extensions(),
)

// M7Settings is the plaintext of M7's settings: the secret nonce of the
// enrollee's second half and, if the enrollee is an access point, its settings.
type M7Settings struct {
	Header                             // what every list has: Version, extensions, the octets
	ESNonce2               SecretNonce // E-S2, which opens E-Hash2
	IdentityProof          Redacted    // obsolete
	X509CertificateRequest []byte      // obsolete
	AP                     *Credential // set it before Decode to read an access point's settings
}

// Kind returns [KindM7Settings], or [KindM7APSettings] for an access point.
func (s *M7Settings) Kind() Kind {
	if s.AP != nil {
		return KindM7APSettings
	}
	return KindM7Settings
}

func (s *M7Settings) layout() *layout {
	if s.AP != nil {
		return m7APSettingsLayout
	}
	return m7SettingsLayout
}

var m7SettingsLayout = layoutOf("WSC 2.0 §8.3.8, as hostap and iwd implement it",
	must(AttrESNonce2, func(s *M7Settings) *SecretNonce { return &s.ESNonce2 }),
	may(AttrIdentityProof, func(s *M7Settings) *Redacted { return &s.IdentityProof }),
	may(AttrX509CertificateRequest, func(s *M7Settings) *[]byte { return &s.X509CertificateRequest }),
	extensions(),
)

var m7APSettingsLayout = layoutOf("WSC 2.0 §8.3.8, as hostap implements it",
	must(AttrESNonce2, func(s *M7Settings) *SecretNonce { return &s.ESNonce2 }),
	ap(must(AttrSSID, func(c *Credential) *SSID { return &c.SSID })),
	ap(must(AttrMACAddress, func(c *Credential) *MAC { return &c.MAC })),
	ap(must(AttrAuthType, func(c *Credential) *AuthType { return &c.AuthType })),
	ap(must(AttrEncrType, func(c *Credential) *EncrType { return &c.EncrType })),
	ap(may(AttrNetworkKeyIndex, func(c *Credential) *uint8 { return &c.NetworkKeyIndex })),
	ap(networkKey(func(c *Credential) *NetworkKey { return &c.NetworkKey })),
	extensions(),
)

func (s *M7Settings) finish(d *Decoder) {
	if s.AP != nil {
		s.AP.normalise(d, &s.Header)
	}
}

// M8Settings is the plaintext of M8's settings: credentials for a station and
// perhaps a new device password, or new settings for an access point.
type M8Settings struct {
	Header                            // what every list has: Version, extensions, the octets
	Credentials      []Credential     // for a station, at most ten
	NewPassword      Redacted         // of the device, for a later run
	DevicePasswordID DevicePasswordID // of NewPassword
	AP               *Credential      // set it before Decode to read an access point's settings
}

// Kind returns [KindM8Settings], or [KindM8APSettings] for an access point.
func (s *M8Settings) Kind() Kind {
	if s.AP != nil {
		return KindM8APSettings
	}
	return KindM8Settings
}

func (s *M8Settings) layout() *layout {
	if s.AP != nil {
		return m8APSettingsLayout
	}
	return m8SettingsLayout
}

var m8SettingsLayout = layoutOf("WSC 2.0 §8.3.9 and Table 21 (via iwd)",
	must(AttrCredential, func(s *M8Settings) *[]Credential { return &s.Credentials }),
	may(AttrNewPassword, func(s *M8Settings) *Redacted { return &s.NewPassword }),
	onlyIf(AttrDevicePasswordID, whenNewPassword, func(s *M8Settings) *DevicePasswordID { return &s.DevicePasswordID }),
	extensions(),
)

var m8APSettingsLayout = layoutOf("WSC 2.0 §8.3.9, as hostap implements it",
	ap(may(AttrNetworkIndex, func(c *Credential) *uint8 { return &c.NetworkIndex })),
	ap(must(AttrSSID, func(c *Credential) *SSID { return &c.SSID })),
	ap(must(AttrAuthType, func(c *Credential) *AuthType { return &c.AuthType })),
	ap(must(AttrEncrType, func(c *Credential) *EncrType { return &c.EncrType })),
	ap(may(AttrNetworkKeyIndex, func(c *Credential) *uint8 { return &c.NetworkKeyIndex })),
	ap(onlyIf(AttrNetworkKey, whenSecured, func(c *Credential) *NetworkKey { return &c.NetworkKey })),
	ap(must(AttrMACAddress, func(c *Credential) *MAC { return &c.MAC })),
	extensions(),
)

func (s *M8Settings) finish(d *Decoder) {
	if s.AP != nil {
		s.AP.normalise(d, &s.Header)
	}
}
