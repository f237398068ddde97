package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/alecthomas/kong"

	"minidock/ent/user"
	"minidock/internal/account"
	"minidock/internal/app"
	"minidock/internal/demo"
	"minidock/internal/remote"
)

type data struct {
	Data        string `group:"Data" help:"Folder of the files and of the SQLite database, created when absent." default:"./data" env:"MINIDOCK_DATA" type:"path"`
	DatabaseURL string `group:"Data" help:"PostgreSQL database to use instead of SQLite: postgres://user:password@host:5432/name. Default: SQLite in the data folder." name:"database-url" placeholder:"URL" env:"MINIDOCK_DATABASE_URL"`
	Connections number `group:"Data" help:"The most connections to PostgreSQL." name:"database-connections" default:"${connections}" env:"MINIDOCK_DATABASE_CONNECTIONS"`
}

func (d data) location() app.Data {
	return app.Data{Folder: d.Data, DatabaseURL: d.DatabaseURL, Connections: int(d.Connections)}
}

// number is a whole number.
type number int

// Decode reads the number of a flag, and says what is wrong with any other text.
func (n *number) Decode(flag *kong.DecodeContext) error {
	var text string
	if err := flag.Scan.PopValueInto("number", &text); err != nil {
		return err
	}
	parsed, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return fmt.Errorf("%q is not a whole number, such as 20; the flag's environment variable is %s", text, flag.Value.Tag.Envs[0])
	}
	*n = number(parsed)
	return nil
}

type demoCommand struct {
	Load load `cmd:"" default:"withargs" help:"Load people and mini programs to play with; twice does no harm. This is what minidock demo does."`
}

type load struct {
	data
	PublicURL string `help:"Where the server is found, which is only shown." name:"public-url" placeholder:"URL" default:"http://127.0.0.1:8080" env:"MINIDOCK_PUBLIC_URL"`
	Yes       bool   `help:"Load them although there are other people, too: everybody can then sign in as an administrator."`
}

type version struct{}

type staff struct {
	Add    addStaff    `cmd:"" help:"Give the account with an email address a role on the platform's staff, or another role."`
	List   listStaff   `cmd:"" help:"List the staff."`
	Remove removeStaff `cmd:"" help:"Remove the account with an email address from the staff."`
}

type addStaff struct {
	data
	Email string         `arg:"" help:"Confirmed email address of an account."`
	Role  user.StaffRole `help:"ADMIN or REVIEWER." enum:"ADMIN,REVIEWER" required:""`
}

type listStaff struct{ data }

type removeStaff struct {
	data
	Email string `arg:"" help:"Email address of the account."`
}

type migrate struct {
	data
	DryRun bool `help:"Only list what would be done, and change nothing."`
}

type elsewhere struct {
	Server      string `group:"Server" help:"Where the server is found, such as https://mini.example.com." placeholder:"URL" required:"" env:"MINIDOCK_SERVER"`
	MiniProgram string `group:"Server" help:"Id or app id of the mini program." name:"mini-program" placeholder:"ID" required:"" env:"MINIDOCK_MINI_PROGRAM"`
	JSON        bool   `help:"Print one JSON object on standard output, and nothing else."`
}

func (e elsewhere) server() remote.Server {
	return remote.Server{
		URL: e.Server, Token: os.Getenv("MINIDOCK_TOKEN"), MiniProgram: e.MiniProgram, JSON: e.JSON,
		Stdout: os.Stdout, Stderr: os.Stderr, IsTerminal: app.IsTerminal(os.Stderr),
	}
}

type upload struct {
	elsewhere
	Path          string `arg:"" help:"Folder to pack, or a zip."`
	VersionNumber string `help:"Number of the version, such as 1.2.3. Default: the highest number so far, with one more patch." name:"number" placeholder:"NUMBER"`
	Notes         string `help:"What is new in it." placeholder:"TEXT"`
	MinimumHost   string `help:"Version of the super app that it needs." name:"minimum-host" placeholder:"VERSION"`
	ReplaceOldest bool   `help:"Delete the oldest version if there is room for no other." name:"replace-oldest"`
	Wait          bool   `help:"Wait until it has been checked, and print the problems." default:"true" negatable:""`
}

// Help is what the help of the command says beside its flags.
func (upload) Help() string {
	return "The API token is in the environment variable MINIDOCK_TOKEN. What .minidockignore (in gitignore's syntax) and uploadExclude of " +
		"mini.project.json name is left out of a folder. Exit codes: 0 done, 1 refused, 2 called wrongly, 3 the server cannot be reached."
}

type versions struct{ elsewhere }

// Help is what the help of the command says beside its flags.
func (versions) Help() string {
	return "The API token is in the environment variable MINIDOCK_TOKEN. The exit codes are those of minidock upload."
}

// Run loads the people to play with.
func (l *load) Run(ctx context.Context) error {
	if err := app.LoadDemo(ctx, l.location(), l.Yes); errors.Is(err, demo.ErrOtherPeople) {
		return fmt.Errorf("%w: add --yes to load them nevertheless", err)
	} else if err != nil {
		return err
	}
	fmt.Printf("Loaded the workspace %q with its mini programs and people; everybody's password is %s:\n\n", demo.Workspace, demo.Password)
	for _, person := range demo.People() {
		fmt.Printf("  %-24s %s\n", person[0], person[1])
	}
	fmt.Printf(`
Next, with the server running, open %s/playground and sign in:

  mutation { signIn(input: {email: "owner@demo.example", password: "%s"}) { viewer { user { displayName } } } }

then ask for { viewer { memberships { nodes { workspace { name miniPrograms { nodes { name status } } } } } } }
`, l.PublicURL, demo.Password)
	return nil
}

// Run prints the versions.
func (version) Run() error {
	fmt.Print(app.ReadVersion())
	return nil
}

// Run adds the account to the staff.
func (a *addStaff) Run(ctx context.Context) error {
	err := app.AddStaff(ctx, a.location(), account.AddStaffInput{Email: a.Email, Role: a.Role})
	if err == nil {
		fmt.Printf("%s is on the staff as %s.\n", a.Email, a.Role)
	}
	return err
}

// Run prints the staff, a line for each: the address, the role, when it was given and by whom.
func (l *listStaff) Run(ctx context.Context) error {
	all, err := app.Staff(ctx, l.location())
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, one := range all {
		by := "the command line"
		if one.AddedBy != nil {
			by = one.AddedBy.Email
		}
		fmt.Fprintf(table, "%s\t%s\tadded %s by %s\n", one.User.Email, one.Role, one.AddedAt.Format(time.DateOnly), by)
	}
	return table.Flush()
}

// Run removes the account from the staff.
func (r *removeStaff) Run(ctx context.Context) error {
	err := app.RemoveStaff(ctx, r.location(), r.Email)
	if err == nil {
		fmt.Printf("%s is no longer on the staff.\n", r.Email)
	}
	return err
}

// Run applies the migrations that the database lacks, or says which they are.
func (m *migrate) Run(ctx context.Context) error {
	names, err := app.Migrate(ctx, m.location(), m.DryRun)
	if err != nil {
		return err
	}
	for _, name := range names {
		fmt.Println(name)
	}
	fmt.Printf("%d migrations %s.\n", len(names), map[bool]string{true: "to apply", false: "applied"}[m.DryRun])
	return nil
}

// Run uploads the version and prints what became of it.
func (u *upload) Run(ctx context.Context) error {
	return remote.Upload(ctx, u.server(), remote.Version{
		Path: u.Path, Number: u.VersionNumber, Notes: u.Notes, MinimumHostVersion: u.MinimumHost, ReplaceOldest: u.ReplaceOldest, Wait: u.Wait,
	})
}

// Run prints the versions of the mini program, a line for each.
func (v *versions) Run(ctx context.Context) error {
	return remote.Versions(ctx, v.server())
}
