# The blocks of SQL in a document that begin with "-- Recipe: NAME", as they stand; with -v only=NAME
# those of that name, with -v without="NAME NAME" all others. So a test runs the recipe a reader sees,
# not a copy of it.
/^```/ {
	inside = 0
}

inside {
	print
}

/^```sql$/ {
	getline
	inside = sub(/^-- Recipe: /, "") && (only == "" || $0 == only) &&
		index(" " without " ", " " $0 " ") == 0
}
