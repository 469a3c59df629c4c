"""Mails wait in the database until a worker has handed them to the mail server.

So a slow mail server holds up no request, and how long an answer takes tells nothing of who gets a mail. A mail is in
the transaction of what it tells; neither a Redis nor a mail server that is down loses it.
"""
