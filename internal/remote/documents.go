package remote

// The documents that are sent. What they select is what the server's schema has.
const (
	findDocument = `query Find($search: String!) {
  apiToken { workspace { miniPrograms(first: 1, filter: {search: $search}) { nodes { id appId } } } }
}`

	uploadDocument = `mutation Upload($input: UploadVersionInput!) {
  uploadVersion(input: $input) {
    version { id number status }
    userErrors { code message messageParams { name value } }
  }
}`

	checkDocument = `query Check($id: ID!) {
  version(id: $id) {
    id number status
    warnings { code message messageParams { name value } }
    task { progress log { level code file line message } }
  }
}`

	versionsDocument = `query Versions($id: ID!, $after: String) {
  miniProgram(id: $id) {
    versions(first: 100, after: $after) {
      nodes { id number status size createdAt uploadedBy { displayName } uploadedWith { name } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`
)
