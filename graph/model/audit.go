package model

import (
	"fmt"
	"io"
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"minidock/internal/access"
	"minidock/internal/fault"
)

// audited are the operations by their values in the enum AuditOperation.
var audited = func() map[string]access.Operation {
	operations := map[string]access.Operation{}
	for operation := range access.Matrix {
		operations[enumValue(string(operation))] = operation
	}
	operations[enumValue(string(access.CheckVersion))] = access.CheckVersion
	return operations
}()

// MarshalAuditOperation writes the mutation that made a change.
func MarshalAuditOperation(operation access.Operation) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(enumValue(string(operation)))) })
}

// UnmarshalAuditOperation reads a mutation.
func UnmarshalAuditOperation(v any) (access.Operation, error) {
	operation, ok := audited[fmt.Sprint(v)]
	if !ok {
		return "", fault.BadInput("An AuditOperation is the name of a mutation, such as CREATE_MINI_PROGRAM.")
	}
	return operation, nil
}

// MiniProgramFieldOf returns the field of CreateMiniProgramInput with this name.
func MiniProgramFieldOf(name string) MiniProgramField { return MiniProgramField(enumValue(name)) }
