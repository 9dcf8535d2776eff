package dnssec

// An EDE is an extended DNS error code (RFC 8914 §4). Zero is a code too
// ("Other Error"), so places that may have none say so beside it.
type EDE uint16

// The codes that validation gives.
const (
	EDEUnsupportedAlgorithm EDE = 1
	EDEIndeterminate        EDE = 5
	EDEBogus                EDE = 6
	EDESignatureExpired     EDE = 7
	EDESignatureNotYetValid EDE = 8
	EDEDNSKEYMissing        EDE = 9
	EDERRSIGsMissing        EDE = 10
	EDENoZoneKeyBit         EDE = 11
	EDENSECMissing          EDE = 12
	EDENetworkError         EDE = 23
)

// edeNone stands for the absence of a code inside this package.
const edeNone EDE = 0xffff
