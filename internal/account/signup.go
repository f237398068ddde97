package account

import (
	"context"
	"fmt"

	"minidock/ent"
	"minidock/internal/access"
	"minidock/internal/email"
	"minidock/internal/event"
	"minidock/internal/fault"
	"minidock/internal/id"
	"minidock/internal/limit"
	"minidock/internal/operation"
	"minidock/internal/request"
	"minidock/internal/store"
	"minidock/internal/text"
	"minidock/internal/throttle"
)

const maxName = 60

// SignUpInput is what a new account needs.
type SignUpInput struct{ Email, Password, DisplayName string }

func signUpRule(l limit.Limits) throttle.Rule {
	return throttle.Rule{Name: "sign up from", Most: l.SignUps, Within: l.SignUpTime}
}

// SignUp creates an account, signs the viewer in, and sends a mail by which the address is confirmed. After too many accounts from an address it is refused with RATE_LIMITED.
// User errors: BLANK, INVALID_CHARACTER, INVALID_FORMAT, TAKEN, TOO_SHORT, TOO_LONG, TOO_COMMON.
func (a *Accounts) SignUp(ctx context.Context, viewer *access.Viewer, in SignUpInput) error {
	return a.register(ctx, viewer, in, func(tx *operation.Tx, created *ent.User) error {
		if _, err := a.Sessions.Begin(ctx, tx, created, nil); err != nil {
			return err
		}
		return a.askToConfirm(ctx, tx, created, created.Email)
	})
}

// Register creates an account whose address needs no confirmation, for commands.
func (a *Accounts) Register(ctx context.Context, viewer *access.Viewer, in SignUpInput) error {
	return a.register(ctx, viewer, in, func(tx *operation.Tx, created *ent.User) error {
		tx.As(created.ID)
		return a.Confirm(ctx, tx, created.ID)
	})
}

func (a *Accounts) register(ctx context.Context, viewer *access.Viewer, in SignUpInput, then func(*operation.Tx, *ent.User) error) error {
	var errs fault.UserErrors
	address := email.Clean("email", in.Email, &errs)
	draft := NewDraft(address, in.Password, in.DisplayName, &errs)
	if err := a.checkEmailIsFree(ctx, viewer.From, address, &errs); err != nil {
		return err
	}
	if err := errs.Err(); err != nil {
		return err
	}
	if err := a.Ready(ctx, viewer, &draft); err != nil {
		return err
	}
	_, err := operation.Run(ctx, a.DB, viewer, access.SignUp, "", func(tx *operation.Tx) (struct{}, error) {
		created, err := a.Create(ctx, tx, address, draft)
		if err != nil {
			return struct{}{}, err
		}
		tx.Changed(created.ID, event.Text("email", "", address))
		return struct{}{}, then(tx, created)
	})
	if store.IsTaken(err) {
		return fault.Refuse("email", fault.Taken)
	}
	return err
}

// Draft is an account that is not made yet.
type Draft struct{ password, displayName, hash string }

// NewDraft judges the fields password and displayName of a new account with this address, "" when that is not known.
func NewDraft(address, password, displayName string, errs *fault.UserErrors) Draft {
	name := cleanDisplayName(displayName, errs)
	checkPassword("password", password, errs, address, name)
	return Draft{password: password, displayName: name}
}

// Ready counts an account against the viewer's network address and hashes its password, before the transaction that creates it. After too
// many from an address it is refused with RATE_LIMITED.
func (a *Accounts) Ready(ctx context.Context, viewer *access.Viewer, draft *Draft) (err error) {
	if err := a.Throttles.Count(ctx, signUpRule(a.Limits), viewer.From.Network()); err != nil {
		return err
	}
	if draft.hash, err = a.Passwords.hash(ctx, draft.password); err != nil {
		return fmt.Errorf("hash a password: %w", err)
	}
	return nil
}

// Create creates the account of a draft that is ready. store.IsTaken holds for its error when another account has the address.
func (a *Accounts) Create(ctx context.Context, tx *operation.Tx, address string, draft Draft) (*ent.User, error) {
	created, err := tx.User.Create().SetID(id.New(id.User)).SetEmail(address).SetDisplayName(draft.displayName).
		SetPasswordHash(draft.hash).SetCreatedAt(tx.Now).Save(ctx)
	if err != nil {
		return nil, err
	}
	return created, a.remember(ctx, tx.Client(), address, tx.Viewer().From)
}

func cleanDisplayName(raw string, errs *fault.UserErrors) string {
	name := text.Clean(raw)
	found, illegal := text.Illegal(name, false)
	switch n := text.Length(name); {
	case name == "":
		errs.Add("displayName", fault.Blank)
	case illegal:
		errs.Add("displayName", fault.InvalidCharacter, "character", found)
	case text.HasWebAddress(name): // names are in mails to people who do not know the sender
		errs.Add("displayName", fault.InvalidFormat)
	case n > maxName:
		errs.Add("displayName", fault.TooLong, "weight", n, "min", 1, "max", maxName)
	}
	return name
}

// checkEmailIsFree records that another account has the address. Checks are counted, so that nobody can try many addresses: after too many
// it is refused with RATE_LIMITED, whether or not there is such an account.
func (a *Accounts) checkEmailIsFree(ctx context.Context, from request.Caller, address string, errs *fault.UserErrors) error {
	if errs.Has("email") {
		return nil
	}
	rule := throttle.Rule{Name: "told of accounts", Most: a.Limits.SignUps, Within: a.Limits.SignUpTime}
	if err := a.Throttles.Check(ctx, rule, from.Network()); err != nil {
		return err
	}
	other, err := a.At(ctx, address)
	if err != nil || other == nil {
		return err
	}
	errs.Add("email", fault.Taken)
	return a.Throttles.Count(ctx, rule, from.Network())
}
