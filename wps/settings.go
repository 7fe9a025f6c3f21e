package wps

// The plaintexts of Encrypted Settings. The Key Wrap Authenticator at their
// end is not part of them: package registration checks and adds it.

// M2Settings is what M2 carries where the run ends with it: Credentials for a
// station (NFC connection handover), settings for an access point (IEEE
// 1905.1).
type M2Settings struct {
	Header
	Credentials []Credential
	AP          *Credential // set it before Decode to read an access point's settings
}

// Kind returns [KindM2Settings], or [KindM8APSettings] for an access point.
func (s *M2Settings) Kind() Kind {
	if s.AP != nil {
		return KindM8APSettings
	}
	return KindM2Settings
}

func (s *M2Settings) field(id AttributeID) any {
	if s.AP != nil {
		return s.AP.field(id)
	}
	if id == AttrCredential {
		return &s.Credentials
	}
	return nil
}

func (s *M2Settings) finish(d *Decoder) {
	if s.AP != nil {
		s.AP.normalise(d, &s.Header)
	}
}

// M4Settings is what M4 hides: the secret nonce of the registrar's first half.
type M4Settings struct {
	Header
	RSNonce1 SecretNonce
}

// Kind returns [KindM4Settings].
func (*M4Settings) Kind() Kind { return KindM4Settings }

func (s *M4Settings) field(id AttributeID) any {
	if id == AttrRSNonce1 {
		return &s.RSNonce1
	}
	return nil
}

// M5Settings is what M5 hides: the secret nonce of the enrollee's first half.
type M5Settings struct {
	Header
	ESNonce1 SecretNonce
}

// Kind returns [KindM5Settings].
func (*M5Settings) Kind() Kind { return KindM5Settings }

func (s *M5Settings) field(id AttributeID) any {
	if id == AttrESNonce1 {
		return &s.ESNonce1
	}
	return nil
}

// M6Settings is what M6 hides: the secret nonce of the registrar's second half.
type M6Settings struct {
	Header
	RSNonce2 SecretNonce
}

// Kind returns [KindM6Settings].
func (*M6Settings) Kind() Kind { return KindM6Settings }

func (s *M6Settings) field(id AttributeID) any {
	if id == AttrRSNonce2 {
		return &s.RSNonce2
	}
	return nil
}

// M7Settings is what M7 hides: the secret nonce of the enrollee's second
// half and, if the enrollee is an access point, its settings.
type M7Settings struct {
	Header
	ESNonce2               SecretNonce
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

func (s *M7Settings) field(id AttributeID) any {
	switch {
	case id == AttrESNonce2:
		return &s.ESNonce2
	case s.AP != nil:
		return s.AP.field(id)
	case id == AttrIdentityProof:
		return &s.IdentityProof
	case id == AttrX509CertificateRequest:
		return &s.X509CertificateRequest
	}
	return nil
}

func (s *M7Settings) finish(d *Decoder) {
	if s.AP != nil {
		s.AP.normalise(d, &s.Header)
	}
}

// M8Settings is what M8 hides: credentials for a station and perhaps a new
// device password, or new settings for an access point.
type M8Settings struct {
	Header
	Credentials      []Credential
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

func (s *M8Settings) field(id AttributeID) any {
	if s.AP != nil {
		return s.AP.field(id)
	}
	switch id {
	case AttrCredential:
		return &s.Credentials
	case AttrNewPassword:
		return &s.NewPassword
	case AttrDevicePasswordID:
		return &s.DevicePasswordID
	}
	return nil
}

func (s *M8Settings) finish(d *Decoder) {
	if s.AP != nil {
		s.AP.normalise(d, &s.Header)
	}
}
