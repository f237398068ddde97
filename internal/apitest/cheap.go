package apitest

import "minidock/internal/account"

// CheapPasswords is a cost for tests that hash more passwords than there is time for.
var CheapPasswords = account.Cost{Memory: 64, Iterations: 1}
