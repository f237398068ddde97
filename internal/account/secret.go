package account

import (
	"context"
	"errors"
	"fmt"

	"minidock/ent"
	"minidock/ent/secondfactor"
	"minidock/internal/secret"
)

// ErrOtherKey says that the database holds secrets that were sealed with another key.
var ErrOtherKey = errors.New("the database holds secrets that were sealed with another key")

// HasSealedSecrets says whether the database holds secrets that only the key of their seal can read.
func HasSealedSecrets(ctx context.Context, client *ent.Client) (bool, error) {
	has, err := client.SecondFactor.Query().Where(secondfactor.SecretHasPrefix(secret.Sealed)).Exist(ctx)
	if err != nil {
		return false, fmt.Errorf("look for sealed secrets: %w", err)
	}
	return has, nil
}

// plainBatch is how many plain secrets are read at once.
const plainBatch = 500

// SealSecrets seals the secrets that are in the database in plain text. Nothing is written, and the error is ErrOtherKey, when it holds some
// that were sealed with another key.
func SealSecrets(ctx context.Context, client *ent.Client, key *secret.Key) error {
	others, err := client.SecondFactor.Query().Where(
		secondfactor.SecretHasPrefix(secret.Sealed), secondfactor.Not(secondfactor.SecretHasPrefix(key.Mark())),
	).Exist(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("look for sealed secrets: %w", err)
	case others:
		return ErrOtherKey
	}
	for {
		plain, err := client.SecondFactor.Query().Where(secondfactor.Not(secondfactor.SecretHasPrefix(secret.Sealed))).Limit(plainBatch).All(ctx)
		if err != nil {
			return fmt.Errorf("read plain secrets: %w", err)
		}
		for _, factor := range plain {
			err := client.SecondFactor.Update().Where(secondfactor.ID(factor.ID), secondfactor.Secret(factor.Secret)).
				SetSecret(key.Seal(factor.Secret, factor.UserID)).Exec(ctx)
			if err != nil {
				return fmt.Errorf("seal a secret: %w", err)
			}
		}
		if len(plain) < plainBatch {
			return nil
		}
	}
}
