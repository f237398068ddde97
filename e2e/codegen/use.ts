// What a front end would write with the generated types. It is compiled and never run.
import { graphql } from './generated';
import type { CardFragment, UserErrorCode, MistakeFragment } from './generated/graphql';
import type { ResultOf, TypedDocumentNode, VariablesOf } from '@graphql-typed-document-node/core';
import {
  ChooseWorkspaceDocument,
  CreateMiniProgramDocument,
  MiniProgramsDocument,
  SignInDocument,
  UpdateMiniProgramDocument,
} from './generated/graphql';

declare function send<Result, Variables>(
  document: TypedDocumentNode<Result, Variables>,
  variables: NoInfer<Variables>,
): Promise<Result>;

const viewer = graphql(`
  query Viewer {
    viewer {
      user {
        email
      }
    }
  }
`);

export async function email(): Promise<string | null | undefined> {
  return (await send(viewer, {})).viewer?.user.email;
}

export async function enter(): Promise<string> {
  const { signIn } = await send(SignInDocument, { input: { email: 'owner@demo.example', password: 'secret' } });
  const workspaceId = signIn?.viewer?.memberships.nodes[0]?.workspace.id;
  if (workspaceId === undefined) {
    throw new Error(signIn?.userErrors.map(({ message }) => message).join() ?? 'refused');
  }
  const { chooseWorkspace } = await send(ChooseWorkspaceDocument, { input: { workspaceId } });
  return chooseWorkspace?.viewer?.currentWorkspace?.id ?? workspaceId;
}

type Form = VariablesOf<typeof CreateMiniProgramDocument>['input'];

export async function create(form: Omit<Form, 'logo'>, picture: File): Promise<CardFragment | Map<string, string>> {
  const { createMiniProgram } = await send(CreateMiniProgramDocument, { input: { ...form, logo: { file: picture } } });
  return createMiniProgram?.miniProgram ?? besideFields(createMiniProgram?.userErrors ?? []);
}

// One function shows the mistakes of every mutation beside their fields.
function besideFields(mistakes: readonly MistakeFragment[]): Map<string, string> {
  return new Map(mistakes.map(({ path, message }) => [path.join('.'), message]));
}

// Where a user error is shown. Compiles only while the codes are in the schema.
export function figure(code: UserErrorCode): 'field' | 'picture' | 'form' {
  switch (code) {
    case 'UNSUPPORTED_TYPE':
    case 'TOO_LARGE':
    case 'TOO_SMALL':
    case 'TOO_MANY_PIXELS':
    case 'NOT_SQUARE':
    case 'INVALID_IMAGE':
      return 'picture';
    case 'QUOTA_EXCEEDED':
    case 'IDEMPOTENCY_KEY_REUSED':
      return 'form';
    default:
      return 'field';
  }
}

export async function names(workspaceId: string): Promise<string[]> {
  const all: string[] = [];
  let page: NonNullable<ResultOf<typeof MiniProgramsDocument>['workspace']>['miniPrograms'] | undefined;
  do {
    const { workspace } = await send(MiniProgramsDocument, {
      workspaceId,
      first: 50,
      after: page?.pageInfo.endCursor ?? null,
      orderBy: { field: 'NAME', direction: 'ASC' },
      filter: { statuses: ['CREATED', 'RELEASED'] },
    });
    page = workspace?.miniPrograms;
    all.push(...(page?.edges.map(({ node }) => node.name) ?? []));
  } while (page?.pageInfo.hasNextPage);
  return all;
}

export async function rename(miniProgramId: string, name: string): Promise<string | undefined> {
  const { updateMiniProgram } = await send(UpdateMiniProgramDocument, { input: { miniProgramId, name } });
  return updateMiniProgram?.miniProgram?.updatedAt;
}

// What must not compile.
export const wrong = [
  // @ts-expect-error A logo is sent in one way.
  () => send(UpdateMiniProgramDocument, { input: { miniProgramId: '', logo: { file: new Blob(), base64: '' } } }),
  // @ts-expect-error The input is not optional.
  () => send(SignInDocument, {}),
  // @ts-expect-error No such state.
  () => send(MiniProgramsDocument, { workspaceId: '', filter: { statuses: ['ONLINE'] } }),
  // @ts-expect-error A mini program may be absent.
  async () => (await send(CreateMiniProgramDocument, { input: {} as Form })).createMiniProgram.miniProgram.name,
];
