package graph

import (
	"context"
	"fmt"

	"minidock/graph/model"
	"minidock/internal/fault"
	"minidock/internal/locale"
)

// userError has the fields that the user errors and warnings of all mutations have.
type userError struct {
	Message       string                `json:"message"`
	MessageKey    string                `json:"messageKey"`
	MessageParams []*model.MessageParam `json:"messageParams"`
	Path          []string              `json:"path"`
	Code          fault.Code            `json:"code"`
}

type anyUserError interface {
	model.SignUpUserError | model.SignInUserError | model.SignInWithTotpUserError | model.ChangePasswordUserError |
		model.RequestPasswordResetUserError | model.ResetPasswordUserError | model.UpdateProfileUserError |
		model.ChangeEmailUserError | model.ConfirmEmailUserError | model.EnableTotpUserError | model.ConfirmTotpUserError |
		model.DisableTotpUserError | model.CreateWorkspaceUserError | model.ChooseWorkspaceUserError |
		model.InviteMembersUserError | model.ResendInvitationUserError | model.WithdrawInvitationUserError | model.AcceptInvitationUserError |
		model.ChangeMemberRoleUserError | model.AssignMiniProgramsUserError | model.BlockMemberUserError | model.UnblockMemberUserError |
		model.RemoveMemberUserError | model.TransferOwnershipUserError | model.RenameWorkspaceUserError | model.DeleteWorkspaceUserError |
		model.CreateMiniProgramUserError | model.CreateMiniProgramWarning |
		model.UpdateMiniProgramUserError | model.UpdateMiniProgramWarning
}

// userErrors tells a list of mistakes in the language that the request asks for.
func userErrors[E anyUserError](ctx context.Context, list *fault.List) []*E {
	told := []*E{}
	for _, mistake := range list.Errors() {
		e := E(tell(ctx, mistake))
		told = append(told, &e)
	}
	return told
}

func tell(ctx context.Context, mistake fault.UserError) userError {
	told := userError{
		Message: mistake.Message(locale.Of(ctx)), MessageKey: mistake.MessageKey(), Code: mistake.Code,
		MessageParams: []*model.MessageParam{}, Path: []string{},
	}
	if steps := mistake.Steps(); len(steps) > 0 {
		told.Path = append([]string{"input"}, steps...)
	}
	for _, param := range mistake.Params {
		told.MessageParams = append(told.MessageParams, &model.MessageParam{Name: param.Name, Value: fmt.Sprint(param.Value)})
	}
	return told
}
