package industry

// Group is the customary range of codes that an industry falls in.
type Group string

// The groups, in the order of their codes.
const (
	Agriculture          Group = "AGRICULTURE"
	ContractedServices   Group = "CONTRACTED_SERVICES"
	Transport            Group = "TRANSPORT"
	UtilitiesAndTelecom  Group = "UTILITIES_AND_TELECOM"
	Retail               Group = "RETAIL"
	Clothing             Group = "CLOTHING"
	MiscellaneousStores  Group = "MISCELLANEOUS_STORES"
	BusinessServices     Group = "BUSINESS_SERVICES"
	ProfessionalServices Group = "PROFESSIONAL_SERVICES"
	Government           Group = "GOVERNMENT"
)

// ranges leaves out 3000 to 3999: those codes name brands of airlines, car rentals and hotels, and are
// not in the catalogue.
var ranges = []struct {
	first, last string
	group       Group
}{
	{"0001", "1499", Agriculture},
	{"1500", "2999", ContractedServices},
	{"4000", "4799", Transport},
	{"4800", "4999", UtilitiesAndTelecom},
	{"5000", "5599", Retail},
	{"5600", "5699", Clothing},
	{"5700", "7299", MiscellaneousStores},
	{"7300", "7999", BusinessServices},
	{"8000", "8999", ProfessionalServices},
	{"9000", "9999", Government},
}

// groupOf returns the group of a four-digit code, and an empty one for a code outside every range.
func groupOf(code string) Group {
	for _, r := range ranges {
		if r.first <= code && code <= r.last {
			return r.group
		}
	}
	return ""
}
