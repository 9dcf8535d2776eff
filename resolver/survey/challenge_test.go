package survey

import "testing"

// A name that is computed in another way than the CA does is one where nobody
// looks: the first label is the example of the draft.
func TestChallengeName(t *testing.T) {
	const (
		example    = "https://example.com/acme/acct/ExampleAccount"
		production = "https://acme-v02.api.letsencrypt.org/acme/acct/1234567890"
		staging    = "https://acme-staging-v02.api.letsencrypt.org/acme/acct/1234567890"
	)
	for _, tt := range []struct{ challenge, account, identifier, want string }{
		{"", "", "example.com", "_acme-challenge.example.com"},
		{DNS01, "", "example.com", "_acme-challenge.example.com"},
		{DNS01, example, "*.example.com", "_acme-challenge.example.com"},
		{DNSAccount01, example, "example.com", "_ujmmovf2vn55tgye._acme-challenge.example.com"},
		{DNSAccount01, production, "*.example.com", "_rhuccyogo34zlvsj._acme-challenge.example.com"},
		{DNSAccount01, staging, "example.com", "_mbnxyryxa6i7yc34._acme-challenge.example.com"},
		{DNSPersist01, "", "example.com", "_validation-persist.example.com"},
		{DNSPersist01, example, "*.example.com", "_validation-persist.example.com"},
	} {
		if got := ChallengeName(tt.challenge, tt.account, tt.identifier); got != tt.want {
			t.Errorf("%s of %s for %s is %s, want %s", tt.challenge, tt.identifier, tt.account, got, tt.want)
		}
	}
}

// Each octet of the URI counts.
func TestAccountLabelOfNearlyTheSame(t *testing.T) {
	const account = "https://acme-v02.api.letsencrypt.org/acme/acct/1"
	for _, other := range []string{account + "/", account + "\n", "http" + account[5:], "https://ACME" + account[12:]} {
		if AccountLabel(other) == AccountLabel(account) {
			t.Errorf("%q has the label of %q", other, account)
		}
	}
}
