package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"image/png"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// input is what W1 sends.
type input struct {
	WorkspaceID, LaunchTargetCode, Name, Tagline, Description, IndustryCode, ServicePhone, ServiceEmail string
	Logo                                                                                                struct{ Base64 string }
}

const (
	maxName, maxTagline, maxDescription = 30, 32, 200
	minSide, maxSide, maxLogo           = 64, 1024, 512 << 10
	quota                               = 10
)

var errBad = errors.New("a field is not as it should be")

// check judges the fields and draws the logo anew.
func (in input) check() (logo []byte, err error) {
	for text, most := range map[string]int{in.Name: maxName, in.Tagline: maxTagline, in.Description: maxDescription} {
		if text == "" || len([]rune(text)) > most {
			return nil, errBad
		}
	}
	if in.LaunchTargetCode != "ALIPAY_CN" || in.IndustryCode != "5812" || !strings.Contains(in.ServiceEmail, "@") || len(in.ServicePhone) != len("0571-1234567") {
		return nil, errBad
	}
	content, err := base64.StdEncoding.DecodeString(in.Logo.Base64)
	if err != nil || len(content) > maxLogo {
		return nil, errBad
	}
	header, err := png.DecodeConfig(bytes.NewReader(content))
	if err != nil || header.Width != header.Height || header.Width < minSide || header.Width > maxSide {
		return nil, errBad
	}
	decoded, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, errBad
	}
	var drawn bytes.Buffer
	err = encoder.Encode(&drawn, decoded)
	return drawn.Bytes(), err
}

// encoder uses its buffers again.
var encoder = png.Encoder{BufferPool: &buffers{}}

type buffers struct{ pool sync.Pool }

// Get returns a buffer, or nil for a new one.
func (b *buffers) Get() *png.EncoderBuffer {
	found, _ := b.pool.Get().(*png.EncoderBuffer)
	return found
}

// Put keeps a buffer.
func (b *buffers) Put(buffer *png.EncoderBuffer) { b.pool.Put(buffer) }

// keep writes a file under its hash so that it survives a crash.
func (s *server) keep(content []byte) (string, error) {
	sum := sha256.Sum256(content)
	name := hex.EncodeToString(sum[:]) + ".png"
	folder := filepath.Join(s.files, name[:2])
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	file, err := os.CreateTemp(filepath.Join(s.files, "tmp"), "")
	if err != nil {
		return "", err
	}
	_, err = file.Write(content)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), filepath.Join(folder, name))
	}
	return name, errors.Join(err, syncFolder(folder), syncFolder(s.files))
}

func syncFolder(folder string) error {
	opened, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(opened.Sync(), opened.Close())
}

// create answers W1.
func (s *server) create(ctx context.Context, userID string, in input) (any, error) {
	logo, err := in.check()
	if err != nil {
		return nil, err
	}
	role := ""
	err = s.db.one(ctx, "SELECT role FROM members WHERE workspace_id = $1 AND user_id = $2 AND status = 'ACTIVE'", []any{in.WorkspaceID, userID}, &role)
	if err != nil || role == "DEVELOPER" {
		return nil, errors.Join(errNotFound, err)
	}
	logoName, err := s.keep(logo)
	if err != nil {
		return nil, err
	}
	id, appID := "mpr_"+newID(), newAppID()
	err = s.db.change(ctx, func(run exec) error { return insert(run, userID, id, appID, logoName, in) })
	type made struct {
		ID    string `json:"id"`
		AppID string `json:"appId"`
		Name  string `json:"name"`
	}
	type payload struct {
		MiniProgram made  `json:"miniProgram"`
		UserErrors  []any `json:"userErrors"`
	}
	return struct {
		CreateMiniProgram payload `json:"createMiniProgram"`
	}{payload{made{id, appID, in.Name}, []any{}}}, err
}

// insert checks session and membership again, and writes the rows.
func insert(run exec, userID, id, appID, logoName string, in input) error {
	now, memberID := time.Now().UTC().Truncate(time.Millisecond), ""
	if _, err := run("SELECT id FROM members WHERE workspace_id = $1 AND user_id = $2 AND status = 'ACTIVE' AND role <> 'DEVELOPER'",
		[]any{in.WorkspaceID, userID}, &memberID); err != nil {
		return err
	}
	raised, err := run("UPDATE quota_uses SET used = used + 1 WHERE workspace_id = $1 AND launch_target_code = $2 AND used < $3", []any{in.WorkspaceID, in.LaunchTargetCode, quota})
	if err == nil && raised == 0 {
		err = errBad
	}
	if err != nil {
		return err
	}
	for _, one := range []struct {
		text string
		args []any
	}{
		{`INSERT INTO mini_programs (id, app_id, workspace_id, name, name_key, tagline, description, language, status, industry_code, service_phone, service_email,
			logo_name, logo_width, logo_height, logo_content_type, created_by_id, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 'zh-Hans', 'CREATED', $8, $9, $10, $11, 64, 64, 'image/png', $12, $13, $14)`,
			[]any{id, appID, in.WorkspaceID, in.Name, strings.ToLower(in.Name), in.Tagline, in.Description, in.IndustryCode, in.ServicePhone, in.ServiceEmail, logoName, userID, now, now}},
		{"INSERT INTO targetings (id, mini_program_id, launch_target_code) VALUES ($1, $2, $3)", []any{"tgt_" + newID(), id, in.LaunchTargetCode}},
		{"INSERT INTO assignments (member_id, mini_program_id, created_at) VALUES ($1, $2, $3)", []any{memberID, id, now}},
		{`INSERT INTO audit_events (id, workspace_id, actor_id, operation, subject_id, changes, created_at) VALUES ($1, $2, $3, 'createMiniProgram', $4, $5, $6)`,
			[]any{"aud_" + newID(), in.WorkspaceID, userID, id, fmt.Sprintf(`[{"field":"name","after":%q}]`, in.Name), now}},
		{"UPDATE members SET last_active_at = $1 WHERE id = $2", []any{now, memberID}},
	} {
		if _, err := run(one.text, one.args); err != nil {
			return err
		}
	}
	return nil
}

// newID returns the part of an id that is unique.
func newID() string { return strings.ToLower(rand.Text()) }

// newAppID returns sixteen random digits.
func newAppID() string {
	most := big.NewInt(10_000_000_000_000_000)
	n, err := rand.Int(rand.Reader, most)
	if err != nil {
		panic(err) // which crypto/rand never does
	}
	return fmt.Sprintf("%016d", n)
}
