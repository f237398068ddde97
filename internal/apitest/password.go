package apitest

import "minidock/internal/account"

// CheapPasswords is what hashing a password costs in a world, unless a test asks for another cost.
var CheapPasswords = account.Cost{Memory: 64, Iterations: 1}

// RealPasswords is what hashing a password costs in production, for tests whose subject that is.
var RealPasswords = account.DefaultCost
