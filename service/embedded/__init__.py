"""The servers Handrail brings along: PostgreSQL from a wheel, and a broker found or brought.

Both live in one folder (`var/`), listen on unix sockets that only their own user may open, and stop with the
process that started them. With `DATABASE_URL` and `REDIS_URL` set, nothing here is used.
"""
