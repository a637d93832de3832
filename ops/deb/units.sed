# What differs in the units of the package: the folder, and that all settings stand in /etc/plume.
s|/opt/plume|/usr/lib/plume|g
s|^# Environment=PLUME_CONFIG=|Environment=PLUME_CONFIG=|
/^Environment=MAILGUN_DOMAIN=/d
/^# Environment=PLUME_/d
s|^# Who may enter, how mail is sent, and every limit.*|# Who may enter, how mail is sent, and every limit: plume serve --help lists what the file may hold.|
/^LoadCredential=MAILGUN_APIKEY:/a\
LoadCredential=SMTP_URL:/etc/plume/smtp-url
s|^# The key is in a file that only root can read.*|# Secrets are in files that only root can read.|
s|^# systemd unit for Plume\. .*|# systemd unit for Plume. Change it by: systemctl edit plume|
