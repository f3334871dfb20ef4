"""The contracts as documents: AsyncAPI of the topics, OpenAPI of the partners' HTTP interface, and what pages show of them."""
