package app

import (
	"context"
	"errors"
	"strings"

	"golang.org/x/text/language"

	"minidock/internal/access"
	"minidock/internal/account"
	"minidock/internal/fault"
	"minidock/internal/limit"
	"minidock/internal/moment"
	"minidock/internal/page"
)

// AddStaff gives an account a role on the platform's staff, as the operator. See account.AddStaff.
func AddStaff(ctx context.Context, d Data, in account.AddStaffInput) error {
	return d.asOperator(ctx, func(accounts *account.Accounts, operator *access.Viewer) error {
		_, err := accounts.AddStaff(ctx, operator, in)
		return err
	})
}

// RemoveStaff takes the account with this address off the platform's staff, as the operator. See account.RemoveStaff.
func RemoveStaff(ctx context.Context, d Data, address string) error {
	return d.asOperator(ctx, func(accounts *account.Accounts, operator *access.Viewer) error {
		_, err := accounts.RemoveStaff(ctx, operator, address)
		return err
	})
}

// Staff returns everybody on the platform's staff.
func Staff(ctx context.Context, d Data) (all []*account.StaffMember, err error) {
	err = d.asOperator(ctx, func(accounts *account.Accounts, _ *access.Viewer) error {
		args := page.Args{First: new(page.MaxSize)}
		for {
			next, err := accounts.Staff(ctx, args)
			if err != nil {
				return err
			}
			all = append(all, next.Nodes...)
			if !next.HasNextPage {
				return nil
			}
			args.After = new(next.Cursor(next.Nodes[len(next.Nodes)-1]))
		}
	})
	return all, err
}

// asOperator calls do with the accounts in the data, and with the viewer that an operator is.
func (d Data) asOperator(ctx context.Context, do func(*account.Accounts, *access.Viewer) error) error {
	db, err := d.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	areas := newAreas(Config{Store: db, PasswordCost: account.DefaultCost, Limits: limit.Default, Now: moment.Now})
	return inWords(do(areas.Accounts, access.NewViewer(db.Client, access.Request{}, access.Operator, nil)))
}

// inWords returns user errors as their messages in English.
func inWords(err error) error {
	var errs *fault.UserErrors
	if !errors.As(err, &errs) {
		return err
	}
	var messages []string
	for _, one := range errs.All() {
		messages = append(messages, one.Message(language.English))
	}
	return errors.New(strings.Join(messages, " "))
}
