<?xml version='1.0' encoding='utf-8'?>
<TS version="2.1" language="de_DE" sourcelanguage="en">
  <context>
    <name>ui</name>
    <message>
      <source>Fusion</source>
      <translation>Fusion</translation>
    </message>
    <message>
      <source>LLM Gateway</source>
      <translation>LLM Gateway</translation>
    </message>
    <message>
      <source>Undone.</source>
      <translation>Rückgängig gemacht.</translation>
    </message>
    <message>
      <source>Inter</source>
      <translation>Inter</translation>
    </message>
    <message>
      <source>Inter-SemiBold.otf</source>
      <translation>Inter-SemiBold.otf</translation>
    </message>
    <message>
      <source>Inter-Medium.otf</source>
      <translation>Inter-Medium.otf</translation>
    </message>
    <message>
      <source>Inter-Regular.otf</source>
      <translation>Inter-Regular.otf</translation>
    </message>
    <message>
      <source>%1; of the last %2 passed.</source>
      <translation>%1; vom letzten bestanden %2.</translation>
    </message>
    <message>
      <source>Runs of %1 over time</source>
      <translation>Läufe von %1 über die Zeit</translation>
    </message>
    <message>
      <source>Runs over time</source>
      <translation>Läufe über die Zeit</translation>
    </message>
    <message>
      <source>Save figures</source>
      <translation>Zahlen speichern</translation>
    </message>
    <message>
      <source>Whole conversation</source>
      <translation>Ganzes Gespräch</translation>
    </message>
    <message>
      <source>The rest is not shown here: choose a flight above.</source>
      <translation>Der Rest steht nicht hier: oben eine Anfrage wählen.</translation>
    </message>
    <message>
      <source>The conversation cannot be read.</source>
      <translation>Das Gespräch kann nicht gelesen werden.</translation>
    </message>
    <message>
      <source>Conversation</source>
      <translation>Gespräch</translation>
    </message>
    <message>
      <source>Flights of the conversation</source>
      <translation>Anfragen des Gesprächs</translation>
    </message>
    <message>
      <source>1,000 messages</source>
      <translation>1,000 messages</translation>
    </message>
    <message>
      <source>Dialect</source>
      <translation>Dialekt</translation>
    </message>
    <message>
      <source>Chosen flight</source>
      <translation>Gewählte Anfrage</translation>
    </message>
    <message>
      <source>Whole</source>
      <translation>Ganz</translation>
    </message>
    <message>
      <source>Reading the conversation…</source>
      <translation>Das Gespräch wird gelesen …</translation>
    </message>
    <message>
      <source>%1, another than before</source>
      <translation>%1, ein anderer als zuvor</translation>
    </message>
    <message>
      <source>a name of 1 to 100 characters</source>
      <translation>ein Name von 1 bis 100 Zeichen</translation>
    </message>
    <message>
      <source>0 bounds nothing</source>
      <translation>0 begrenzt nichts</translation>
    </message>
    <message>
      <source>The gateway stops.</source>
      <translation>Das Gateway hält an.</translation>
    </message>
    <message>
      <source>Its caller went away.</source>
      <translation>Der Aufrufer ging weg.</translation>
    </message>
    <message>
      <source>More requests are held already than a person can answer.</source>
      <translation>Mehr Anfragen sind schon angehalten, als eine Person beantworten kann.</translation>
    </message>
    <message>
      <source>Nobody is there to be asked: no window is open, and nobody waits with 'llmgw held list --wait'.</source>
      <translation>Niemand ist da, den man fragen könnte: kein Fenster ist offen, und niemand wartet mit „llmgw held list --wait“.</translation>
    </message>
    <message>
      <source>Nobody answered in time, which is a refusal.</source>
      <translation>Niemand antwortete rechtzeitig, das ist eine Ablehnung.</translation>
    </message>
    <message>
      <source>A person at the gateway refused it.</source>
      <translation>Eine Person am Gateway lehnte sie ab.</translation>
    </message>
    <message>
      <source>No account can answer this. %1</source>
      <translation>Kein Konto kann das beantworten. %1</translation>
    </message>
    <message>
      <source>'%1' cannot answer: %2</source>
      <translation>„%1“ kann nicht antworten: %2</translation>
    </message>
    <message>
      <source>'%1' was not asked, because its key is missing: %2.</source>
      <translation>„%1“ wurde nicht gefragt, weil der Schlüssel fehlt: %2.</translation>
    </message>
    <message>
      <source>Port %1 on %2 is taken.</source>
      <translation>Port %1 auf %2 ist belegt.</translation>
    </message>
    <message>
      <source>%1 It would be asked of %2, and that is switched off.</source>
      <translation>%1 Gefragt würde es bei %2, und das ist ausgeschaltet.</translation>
    </message>
    <message>
      <source>No enabled provider has a model named '%1'.</source>
      <translation>Kein eingeschalteter Anbieter hat ein Modell namens „%1“.</translation>
    </message>
    <message>
      <source>You have no flight '%1'.</source>
      <translation>Es gibt keine Anfrage „%1“.</translation>
    </message>
    <message>
      <source>'%1' speaks %2, which cannot carry: %3. This client asked that nothing be left out</source>
      <translation>„%1“ spricht %2, und das kann nicht übertragen: %3. Dieser Client verlangte, dass nichts wegfällt</translation>
    </message>
    <message>
      <source>was changed in the file meanwhile; nothing was written</source>
      <translation>wurde inzwischen in der Datei geändert; nichts wurde geschrieben</translation>
    </message>
    <message>
      <source>%1, line %2</source>
      <translation>%1, Zeile %2</translation>
    </message>
    <message>
      <source>as it is</source>
      <translation>wie es ist</translation>
    </message>
    <message>
      <source>the environment's %1 names no proxy: expected %2</source>
      <translation>%1 der Umgebung nennt keinen Proxy: erwartet wird %2</translation>
    </message>
    <message>
      <source>a name without a colon before the proxy's password</source>
      <translation>ein Name ohne Doppelpunkt vor dem Passwort des Proxys</translation>
    </message>
    <message>
      <source>an address that is not link-local and no machine's metadata service</source>
      <translation>eine Adresse, die nicht link-local ist und zu keinem Metadatendienst einer Maschine gehört</translation>
    </message>
    <message>
      <source>an address without a path</source>
      <translation>eine Adresse ohne Pfad</translation>
    </message>
    <message>
      <source>straight (%1)</source>
      <translation>geradewegs (%1)</translation>
    </message>
    <message>
      <source>did you mean '%1'? </source>
      <translation>gemeint vielleicht „%1“? </translation>
    </message>
    <message>
      <source>US dollar</source>
      <translation>US-Dollar</translation>
    </message>
    <message>
      <source>neither api_key_env nor vault is set, and this vendor answers nobody without a key</source>
      <translation>weder api_key_env noch vault ist gesetzt, und dieser Hersteller antwortet niemandem ohne Schlüssel</translation>
    </message>
    <message>
      <source>Groq</source>
      <translation>Groq</translation>
    </message>
    <message>
      <source>Google Gemini</source>
      <translation>Google Gemini</translation>
    </message>
    <message>
      <source>the environment variable that api_key_env names is not set, or is empty</source>
      <translation>die Umgebungsvariable, die api_key_env nennt, ist nicht gesetzt oder leer</translation>
    </message>
    <message>
      <source>a list of texts, each %1</source>
      <translation>eine Liste von Texten, jeder %1</translation>
    </message>
    <message>
      <source>Separated by commas.</source>
      <translation>Durch Kommas getrennt.</translation>
    </message>
    <message>
      <source>%1; %2 has no meaning here</source>
      <translation>%1; %2 hat hier keine Bedeutung</translation>
    </message>
    <message>
      <source>a name of 1 to 200 characters, with * for any letters and ? for one</source>
      <translation>ein Name von 1 bis 200 Zeichen, mit * für beliebige Buchstaben und ? für einen</translation>
    </message>
    <message>
      <source>a text</source>
      <translation>ein Text</translation>
    </message>
    <message>
      <source>%1 (1, 0, yes, no, on and off are understood too)</source>
      <translation>%1 (1, 0, yes, no, on und off gehen auch)</translation>
    </message>
    <message>
      <source>true or false</source>
      <translation>true oder false</translation>
    </message>
    <message>
      <source>one of </source>
      <translation>eines von </translation>
    </message>
    <message>
      <source>a number of bytes or a size such as "5 GB", from %1 to %2</source>
      <translation>eine Zahl von Bytes oder eine Größe wie "5 GB", von %1 bis %2</translation>
    </message>
    <message>
      <source>a number of seconds from %1 to %2</source>
      <translation>eine Zahl von Sekunden von %1 bis %2</translation>
    </message>
    <message>
      <source>a number from %1 to %2</source>
      <translation>eine Zahl von %1 bis %2</translation>
    </message>
    <message>
      <source>300 or 3600</source>
      <translation>300 oder 3600</translation>
    </message>
    <message>
      <source>a whole number from %1 to %2%3</source>
      <translation>eine ganze Zahl von %1 bis %2%3</translation>
    </message>
    <message>
      <source>more audio and image tokens than the answer has</source>
      <translation>mehr Audio- und Bild-Token, als die Antwort hat</translation>
    </message>
    <message>
      <source>more audio and image tokens than the prompt has</source>
      <translation>mehr Audio- und Bild-Token, als der Prompt hat</translation>
    </message>
    <message>
      <source>more written for an hour than written</source>
      <translation>mehr für eine Stunde geschrieben als geschrieben</translation>
    </message>
    <message>
      <source>more reasoning than output</source>
      <translation>mehr Denken als Ausgabe</translation>
    </message>
    <message>
      <source>more cached tokens than the prompt has</source>
      <translation>mehr Token aus dem Cache, als der Prompt hat</translation>
    </message>
    <message>
      <source>You have no validation '%1'.</source>
      <translation>Es gibt keinen Vergleich „%1“.</translation>
    </message>
    <message>
      <source>a file's name without folders: letters, digits, '.', '_', '@', '+', '-'</source>
      <translation>der Name einer Datei ohne Ordner: Buchstaben, Ziffern, „.“, „_“, „@“, „+“, „-“</translation>
    </message>
    <message>
      <source>a key of 1 to %1 characters of ASCII without blanks</source>
      <translation>ein Schlüssel von 1 bis %1 ASCII-Zeichen ohne Leerzeichen</translation>
    </message>
    <message>
      <source>a file of 1 to %1 bytes</source>
      <translation>eine Datei von 1 bis %1 Byte</translation>
    </message>
    <message>
      <source>1 to %1 printable characters, no blank at either end</source>
      <translation>1 bis %1 druckbare Zeichen, ohne Leerzeichen an den Enden</translation>
    </message>
    <message>
      <source>a name such as 'work', not the key itself</source>
      <translation>ein Name wie „work“, nicht der Schlüssel selbst</translation>
    </message>
    <message>
      <source>1 to 100 letters, digits, '.', '_', '@', '+' and '-', the first a letter or digit</source>
      <translation>1 bis 100 Buchstaben, Ziffern, „.“, „_“, „@“, „+“ und „-“, zuerst ein Buchstabe oder eine Ziffer</translation>
    </message>
    <message>
      <source>1 to 64 letters, digits, '.', '_' and '-', the first a letter or digit</source>
      <translation>1 bis 64 Buchstaben, Ziffern, „.“, „_“ und „-“, zuerst ein Buchstabe oder eine Ziffer</translation>
    </message>
    <message>
      <source>%1 of project %2</source>
      <translation>%1 des Projekts %2</translation>
    </message>
    <message>
      <source>%1: expected %2</source>
      <translation>%1: erwartet wird %2</translation>
    </message>
    <message>
      <source>Secrets were removed from this request, at %1 place: it would not be the same</source>
      <translation>Aus dieser Anfrage wurden an %1 Stelle Geheimnisse entfernt: sie wäre nicht dieselbe</translation>
    </message>
    <message>
      <source>Secrets were removed from this request, at %1 places: it would not be the same</source>
      <translation>Aus dieser Anfrage wurden an %1 Stellen Geheimnisse entfernt: sie wäre nicht dieselbe</translation>
    </message>
    <message>
      <source>an address such as http://proxy.example.com:3128 or socks5://[::1]:1080</source>
      <translation>eine Adresse wie http://proxy.example.com:3128 oder socks5://[::1]:1080</translation>
    </message>
    <message>
      <source>it belongs into '%1'; </source>
      <translation>es gehört in „%1“; </translation>
    </message>
    <message>
      <source>provider/name, such as openai/%1</source>
      <translation>Anbieter/Name, etwa openai/%1</translation>
    </message>
    <message>
      <source>JetBrains Mono</source>
      <translation>JetBrains Mono</translation>
    </message>
    <message>
      <source>JetBrainsMono-Regular.ttf</source>
      <translation>JetBrainsMono-Regular.ttf</translation>
    </message>
    <message>
      <source>%1 was written by a later version of this program (schema %2, this one knows %3); it is left untouched.</source>
      <translation>%1 wurde von einer späteren Version dieses Programms geschrieben (Schema %2, diese kennt %3); die Datei bleibt unberührt.</translation>
    </message>
</context>
  <context>
    <name>ui/access</name>
    <message>
      <source>Access</source>
      <translation>Zugriff</translation>
    </message>
    <message>
      <source>QR code for the device</source>
      <translation>QR-Code für das Gerät</translation>
    </message>
    <message>
      <source>They are the same</source>
      <translation>Sie stimmen überein</translation>
    </message>
    <message>
      <source>No device came in time. Close this and begin anew.</source>
      <translation>Kein Gerät hat sich rechtzeitig gemeldet. Bitte schließen und neu beginnen.</translation>
    </message>
    <message>
      <source>wait for a device</source>
      <translation>auf ein Gerät warten</translation>
    </message>
    <message>
      <source>pair a device</source>
      <translation>ein Gerät koppeln</translation>
    </message>
    <message>
      <source>What the device is called from now on.</source>
      <translation>So heißt das Gerät von nun an.</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>Name</translation>
    </message>
    <message>
      <source>Pixel 9</source>
      <translation>Pixel 9</translation>
    </message>
    <message>
      <source>Go on</source>
      <translation>Weiter</translation>
    </message>
    <message>
      <source>Pair a device</source>
      <translation>Gerät koppeln</translation>
    </message>
    <message>
      <source>%1 is paired.</source>
      <translation>%1 ist gekoppelt.</translation>
    </message>
    <message>
      <source>%1 sees nothing any more.</source>
      <translation>%1 sieht nichts mehr.</translation>
    </message>
    <message>
      <source>It was not revoked.</source>
      <translation>Die Kopplung wurde nicht aufgehoben.</translation>
    </message>
    <message>
      <source>revoke a device</source>
      <translation>eine Kopplung aufheben</translation>
    </message>
    <message>
      <source>paired until %1: sees nothing any more</source>
      <translation>gekoppelt bis %1: sieht nichts mehr</translation>
    </message>
    <message>
      <source>paired until %1</source>
      <translation>gekoppelt bis %1</translation>
    </message>
    <message>
      <source>last seen %1 at %2</source>
      <translation>zuletzt gesehen %1 um %2</translation>
    </message>
    <message>
      <source>not seen since the start</source>
      <translation>seit dem Start nicht gesehen</translation>
    </message>
    <message>
      <source>Devices cannot come in.</source>
      <translation>Geräte können nicht herein.</translation>
    </message>
    <message>
      <source>Revoke %1</source>
      <translation>Widerrufen: %1</translation>
    </message>
    <message>
      <source>Revoke</source>
      <translation>Aufheben</translation>
    </message>
    <message>
      <source>The devices cannot be read.</source>
      <translation>Die Geräte können nicht gelesen werden.</translation>
    </message>
    <message>
      <source>Pair a device…</source>
      <translation>Gerät koppeln …</translation>
    </message>
    <message>
      <source>The device shows two words. Are they these? If it shows others, or none, cancel.</source>
      <translation>Das Gerät zeigt zwei Wörter. Sind es diese? Zeigt es andere oder keine, bitte abbrechen.</translation>
    </message>
    <message>
      <source>Scan this with the device within three minutes. Before going on there, compare the certificate's SHA-256 fingerprint that its browser shows:</source>
      <translation>Bitte innerhalb von drei Minuten mit dem Gerät einlesen. Vor dem nächsten Schritt dort den SHA-256-Fingerabdruck des Zertifikats vergleichen, den sein Browser zeigt:</translation>
    </message>
    <message>
      <source>«Pair a device…» shows a code. A phone or tablet in the same network or VPN scans it, and you compare two words.</source>
      <translation>«Gerät koppeln …» zeigt einen Code. Ein Telefon oder Tablet im selben Netz oder VPN scannt ihn, und Sie vergleichen zwei Wörter.</translation>
    </message>
    <message>
      <source>Switch the pocket page on first: Settings, Privacy and security, [pocket]: its address, then on. Devices in the same network or VPN can be paired then.</source>
      <translation>Zuerst die Seite für unterwegs einschalten: Einstellungen, Sicherheit, [pocket]: die Adresse, dann „on“. Danach lassen sich Geräte im selben Netz oder VPN koppeln.</translation>
    </message>
    <message>
      <source>No device is paired.</source>
      <translation>Kein Gerät ist gekoppelt.</translation>
    </message>
    <message>
      <source>Phones and tablets that see what waits, and answer. Each was paired by a code and two words.</source>
      <translation>Telefone und Tablets, die sehen, was wartet, und antworten. Jedes wurde mit einem Code und zwei Wörtern gekoppelt.</translation>
    </message>
    <message>
      <source>Open the job</source>
      <translation>Auftrag öffnen</translation>
    </message>
    <message>
      <source>Find in decisions</source>
      <translation>In Entscheidungen suchen</translation>
    </message>
    <message>
      <source>Which decisions</source>
      <translation>Welche Entscheidungen</translation>
    </message>
    <message>
      <source>How</source>
      <translation>Wie</translation>
    </message>
    <message>
      <source>Kind</source>
      <translation>Art</translation>
    </message>
    <message>
      <source>When</source>
      <translation>Wann</translation>
    </message>
    <message>
      <source>Outcome</source>
      <translation>Ergebnis</translation>
    </message>
    <message>
      <source>What</source>
      <translation>Was</translation>
    </message>
    <message>
      <source>refused by the gateway</source>
      <translation>vom Gateway abgelehnt</translation>
    </message>
    <message>
      <source>Program</source>
      <translation>Programm</translation>
    </message>
    <message>
      <source>28 Nov 23:59:59</source>
      <translation>28 Nov 23:59:59</translation>
    </message>
    <message>
      <source>Took</source>
      <translation>Dauer</translation>
    </message>
    <message>
      <source>By</source>
      <translation>Durch</translation>
    </message>
    <message>
      <source>Decisions</source>
      <translation>Entscheidungen</translation>
    </message>
    <message>
      <source>Whom you let in, what you allowed an agent and what the approval gate said will stand here: who, how and how fast.</source>
      <translation>Hier wird stehen, wer eingelassen wurde, was einem Agenten erlaubt wurde und was die Freigabeprüfung sagte: wer, wie und wie schnell.</translation>
    </message>
    <message>
      <source>Nothing was decided yet.</source>
      <translation>Noch nichts wurde entschieden.</translation>
    </message>
    <message>
      <source>Gate</source>
      <translation>Prüfung</translation>
    </message>
    <message>
      <source>Agents</source>
      <translation>Agenten</translation>
    </message>
    <message>
      <source>Programs</source>
      <translation>Programme</translation>
    </message>
    <message>
      <source>All</source>
      <translation>Alle</translation>
    </message>
    <message>
      <source>Copy the chosen change</source>
      <translation>Gewählte Änderung kopieren</translation>
    </message>
    <message>
      <source>Copied.</source>
      <translation>Kopiert.</translation>
    </message>
    <message>
      <source>The log cannot be checked.</source>
      <translation>Das Protokoll kann nicht geprüft werden.</translation>
    </message>
    <message>
      <source>The log is not as it was written.</source>
      <translation>Das Protokoll ist nicht mehr so, wie es geschrieben wurde.</translation>
    </message>
    <message>
      <source>JSON lines (*.jsonl)</source>
      <translation>JSON-Zeilen (*.jsonl)</translation>
    </message>
    <message>
      <source>Export what was changed</source>
      <translation>Änderungen exportieren</translation>
    </message>
    <message>
      <source>The log was not exported.</source>
      <translation>Das Protokoll wurde nicht exportiert.</translation>
    </message>
    <message>
      <source>The log cannot be read.</source>
      <translation>Das Protokoll kann nicht gelesen werden.</translation>
    </message>
    <message>
      <source>all that is known of it</source>
      <translation>alles, was davon bekannt ist</translation>
    </message>
    <message>
      <source>Export the log to a file</source>
      <translation>Protokoll in eine Datei exportieren</translation>
    </message>
    <message>
      <source>Export…</source>
      <translation>Exportieren …</translation>
    </message>
    <message>
      <source>Check that the log is as it was written</source>
      <translation>Prüfen, ob das Protokoll ist, wie es geschrieben wurde</translation>
    </message>
    <message>
      <source>Check</source>
      <translation>Prüfen</translation>
    </message>
    <message>
      <source>Find in changes</source>
      <translation>In Änderungen suchen</translation>
    </message>
    <message>
      <source>From</source>
      <translation>Von</translation>
    </message>
    <message>
      <source>MCP, 192.168.100.200</source>
      <translation>MCP, 192.168.100.200</translation>
    </message>
    <message>
      <source>Who</source>
      <translation>Wer</translation>
    </message>
    <message>
      <source>What was changed</source>
      <translation>Was geändert wurde</translation>
    </message>
    <message>
      <source>No entry has these words.</source>
      <translation>Kein Eintrag enthält diese Wörter.</translation>
    </message>
    <message>
      <source>Each key, setting, credential and permission that is made, changed or taken away will stand here: who did it, from where, and from what to what.</source>
      <translation>Hier wird jeder Schlüssel, jede Einstellung, jeder Zugang und jede Erlaubnis stehen, die angelegt, geändert oder entzogen wird: von wem, von wo, und was vorher und nachher galt.</translation>
    </message>
    <message>
      <source>Nothing was changed yet.</source>
      <translation>Noch nichts wurde geändert.</translation>
    </message>
    <message>
      <source>Read access again</source>
      <translation>Zugriff neu lesen</translation>
    </message>
    <message>
      <source>Waiting</source>
      <translation>Offen</translation>
    </message>
    <message>
      <source>Waiting (%1)</source>
      <translation>Offen (%1)</translation>
    </message>
    <message>
      <source>The decisions cannot be read.</source>
      <translation>Die Entscheidungen können nicht gelesen werden.</translation>
    </message>
    <message>
      <source>Parts of Access</source>
      <translation>Teile von Zugriff</translation>
    </message>
    <message>
      <source>Worktrees</source>
      <translation>Worktrees</translation>
    </message>
    <message>
      <source>Workspaces</source>
      <translation>Arbeitsbereiche</translation>
    </message>
    <message>
      <source>Rules</source>
      <translation>Regeln</translation>
    </message>
    <message>
      <source>Devices</source>
      <translation>Geräte</translation>
    </message>
    <message>
      <source>Who has access</source>
      <translation>Wer Zugriff hat</translation>
    </message>
    <message>
      <source>Tell of new questions</source>
      <translation>Neue Fragen melden</translation>
    </message>
    <message>
      <source>the browser shows %1</source>
      <translation>der Browser zeigt %1</translation>
    </message>
    <message>
      <source>seen as %1 · %2 (%3)</source>
      <translation>gesehen als %1 · %2 (%3)</translation>
    </message>
    <message>
      <source>That question waits no longer.</source>
      <translation>Diese Frage wartet nicht mehr.</translation>
    </message>
    <message>
      <source>Denied.</source>
      <translation>Abgelehnt.</translation>
    </message>
    <message>
      <source>Not answered: %1</source>
      <translation>Nicht beantwortet: %1</translation>
    </message>
    <message>
      <source>answer questions</source>
      <translation>Fragen beantworten</translation>
    </message>
    <message>
      <source>All %1 after it</source>
      <translation>Danach alle %1</translation>
    </message>
    <message>
      <source>%1 like this: %2</source>
      <translation>%1 dieser Art: %2</translation>
    </message>
    <message>
      <source>All %1…</source>
      <translation>Alle %1 …</translation>
    </message>
    <message>
      <source>Look: %1</source>
      <translation>Ansehen: %1</translation>
    </message>
    <message>
      <source>Look…</source>
      <translation>Ansehen …</translation>
    </message>
    <message>
      <source>Deny: %1</source>
      <translation>Ablehnen: %1</translation>
    </message>
    <message>
      <source>Deny</source>
      <translation>Ablehnen</translation>
    </message>
    <message>
      <source>Allow is ready after</source>
      <translation>Erlauben ist bereit nach</translation>
    </message>
    <message>
      <source>How long before Allow can be pressed</source>
      <translation>Wie lange es dauert, bis sich Erlauben drücken lässt</translation>
    </message>
    <message>
      <source>Programs that want to be let in, agents that want to do something, requests that are held and jobs at a limit ask here. Each says what happens if nobody answers.</source>
      <translation>Hier fragen Programme, die herein wollen, Agenten, die etwas tun wollen, angehaltene Anfragen und Aufträge an einer Grenze. Jede Frage sagt, was ohne Antwort geschieht.</translation>
    </message>
    <message>
      <source>No question waits for you.</source>
      <translation>Keine Frage wartet.</translation>
    </message>
    <message>
      <source>Nothing here goes on before you have answered. What silence loses first stands first.</source>
      <translation>Nichts davon geht weiter, bevor es beantwortet ist. Oben steht, was durch Schweigen zuerst verloren geht.</translation>
    </message>
    <message>
      <source>It was not undone.</source>
      <translation>Es wurde nicht rückgängig gemacht.</translation>
    </message>
    <message>
      <source>Who has access cannot be read.</source>
      <translation>Wer Zugriff hat, kann nicht gelesen werden.</translation>
    </message>
    <message>
      <source>This computer's own windows and commands need none. A program that asks by OAuth asks you first; a key is made on the Clients page.</source>
      <translation>Fenster und Befehle dieses Computers brauchen keinen. Ein Programm, das über OAuth fragt, fragt zuerst hier; ein Schlüssel entsteht auf der Seite Clients.</translation>
    </message>
    <message>
      <source>Nobody has access yet.</source>
      <translation>Noch niemand hat Zugriff.</translation>
    </message>
    <message>
      <source>Programs that you let in, and keys that you made. What is revoked is refused at once.</source>
      <translation>Eingelassene Programme und angelegte Schlüssel. Was entzogen ist, wird sofort abgewiesen.</translation>
    </message>
    <message>
      <source>It cannot be read, so %1. %2</source>
      <translation>Sie kann nicht gelesen werden, darum gilt: %1. %2</translation>
    </message>
    <message>
      <source>it does nothing until then</source>
      <translation>sie bewirkt bis dahin nichts</translation>
    </message>
    <message>
      <source>everything is asked until it is mended</source>
      <translation>bis zur Reparatur wird alles gefragt</translation>
    </message>
    <message>
      <source>It cannot be tried.</source>
      <translation>Es kann nicht ausprobiert werden.</translation>
    </message>
    <message>
      <source>%1 the rule %2</source>
      <translation>%1: Regel %2</translation>
    </message>
    <message>
      <source>Switch on</source>
      <translation>Einschalten</translation>
    </message>
    <message>
      <source>Switch off</source>
      <translation>Ausschalten</translation>
    </message>
    <message>
      <source>Remove the rule %1</source>
      <translation>Regel %1 entfernen</translation>
    </message>
    <message>
      <source>Remove</source>
      <translation>Entfernen</translation>
    </message>
    <message>
      <source>The rules cannot be read.</source>
      <translation>Die Regeln können nicht gelesen werden.</translation>
    </message>
    <message>
      <source>Try a command against the rules</source>
      <translation>Einen Befehl gegen die Regeln prüfen</translation>
    </message>
    <message>
      <source>Try a command</source>
      <translation>Befehl ausprobieren</translation>
    </message>
    <message>
      <source>Agents ask you. “Always allow…” in a question makes a rule of it; llmgw rules add makes others.</source>
      <translation>Agenten fragen nach. „Immer erlauben …“ in einer Frage macht eine Regel daraus; llmgw rules add legt weitere an.</translation>
    </message>
    <message>
      <source>No rules yet.</source>
      <translation>Noch keine Regeln.</translation>
    </message>
    <message>
      <source>What agents that ask may do, once for all of them. Deny beats ask, ask beats allow.</source>
      <translation>Was Agenten, die fragen, dürfen: einmal für alle. Verbieten geht vor Fragen, Fragen vor Erlauben.</translation>
    </message>
    <message>
      <source>It was not removed.</source>
      <translation>Es wurde nicht entfernt.</translation>
    </message>
    <message>
      <source>Keep it</source>
      <translation>Behalten</translation>
    </message>
    <message>
      <source>Programs cannot name it any more. Its folder and all that is in it stay.</source>
      <translation>Programme können ihn nicht mehr nennen. Der Ordner und alles darin bleiben.</translation>
    </message>
    <message>
      <source>Remove workspace %1?</source>
      <translation>Arbeitsbereich %1 entfernen?</translation>
    </message>
    <message>
      <source>Remove %1</source>
      <translation>%1 entfernen</translation>
    </message>
    <message>
      <source>Remove…</source>
      <translation>Entfernen …</translation>
    </message>
    <message>
      <source>Change %1</source>
      <translation>%1 ändern</translation>
    </message>
    <message>
      <source>Change…</source>
      <translation>Ändern …</translation>
    </message>
    <message>
      <source>The workspaces cannot be read.</source>
      <translation>Die Arbeitsbereiche können nicht gelesen werden.</translation>
    </message>
    <message>
      <source>Add workspace…</source>
      <translation>Arbeitsbereich hinzufügen …</translation>
    </message>
    <message>
      <source>Register a folder, and programs can name it by its alias. Runs of programs that you let in from elsewhere need one.</source>
      <translation>Ein eingetragener Ordner lässt sich von Programmen mit seinem Kurznamen nennen. Läufe von Programmen, die von anderswo kommen, brauchen einen.</translation>
    </message>
    <message>
      <source>No workspaces yet.</source>
      <translation>Noch keine Arbeitsbereiche.</translation>
    </message>
    <message>
      <source>Folders that jobs may be told to work in, by their aliases.</source>
      <translation>Ordner, in denen Aufträge arbeiten dürfen, mit ihren Kurznamen.</translation>
    </message>
    <message>
      <source>Choose a folder</source>
      <translation>Ordner wählen</translation>
    </message>
    <message>
      <source>Folder</source>
      <translation>Ordner</translation>
    </message>
    <message>
      <source>Short, for requests: %1.</source>
      <translation>Kurz, für Anfragen: %1.</translation>
    </message>
    <message>
      <source>Alias</source>
      <translation>Kurzname</translation>
    </message>
    <message>
      <source>Choose…</source>
      <translation>Wählen…</translation>
    </message>
    <message>
      <source>Choose its folder</source>
      <translation>Seinen Ordner wählen</translation>
    </message>
    <message>
      <source>Add</source>
      <translation>Hinzufügen</translation>
    </message>
    <message>
      <source>Save</source>
      <translation>Speichern</translation>
    </message>
    <message>
      <source>Add a workspace</source>
      <translation>Arbeitsbereich hinzufügen</translation>
    </message>
    <message>
      <source>Change workspace %1</source>
      <translation>Arbeitsbereich %1 ändern</translation>
    </message>
    <message>
      <source>Its whole folder: jobs that name it may read and change all of it.</source>
      <translation>Der ganze Ordner: Aufträge, die ihn nennen, dürfen darin alles lesen und ändern.</translation>
    </message>
    <message>
      <source>Meant where a run names a relative folder and no workspace</source>
      <translation>Gemeint, wo ein Lauf einen relativen Ordner und keinen Arbeitsbereich nennt</translation>
    </message>
    <message>
      <source>Runs may change as well</source>
      <translation>Läufe dürfen auch ändern</translation>
    </message>
    <message>
      <source>Runs may read as well</source>
      <translation>Läufe dürfen auch lesen</translation>
    </message>
    <message>
      <source>Runs reach</source>
      <translation>Läufe erreichen</translation>
    </message>
    <message>
      <source>Runs are contained</source>
      <translation>Läufe sind eingeschlossen</translation>
    </message>
    <message>
      <source>One path a line. It writes its workspace and its CLI's own files anyway.</source>
      <translation>Ein Pfad je Zeile. Seinen Arbeitsbereich und die Dateien seiner CLI schreibt der Lauf ohnehin.</translation>
    </message>
    <message>
      <source>One path a line. It reads the system and your HOME but for its secrets anyway.</source>
      <translation>Ein Pfad je Zeile. Das System und HOME ohne Geheimnisse liest der Lauf ohnehin.</translation>
    </message>
    <message>
      <source>Of this and the CLI's word the stricter counts; less than all needs containment.</source>
      <translation>Von diesem und dem Wort der CLI gilt das strengere; weniger als alles setzt Einschließung voraus.</translation>
    </message>
    <message>
      <source>A contained run sees its own work, and neither your keys nor other projects.</source>
      <translation>Ein eingeschlossener Lauf sieht seine eigene Arbeit, aber weder Schlüssel noch andere Projekte.</translation>
    </message>
    <message>
      <source>None, not even this gateway</source>
      <translation>Nichts, nicht einmal dieses Gateway</translation>
    </message>
    <message>
      <source>This gateway alone</source>
      <translation>Nur dieses Gateway</translation>
    </message>
    <message>
      <source>As you have it</source>
      <translation>Wie eingerichtet</translation>
    </message>
    <message>
      <source>Never, unless the CLI's settings demand it</source>
      <translation>Nie, außer die Einstellungen der CLI verlangen es</translation>
    </message>
    <message>
      <source>Always, or nothing is started</source>
      <translation>Immer, sonst startet nichts</translation>
    </message>
    <message>
      <source>Where this computer can</source>
      <translation>Wo dieser Computer es kann</translation>
    </message>
    <message>
      <source>As the CLI's settings say</source>
      <translation>Wie die Einstellungen der CLI sagen</translation>
    </message>
    <message>
      <source>in use</source>
      <translation>in Gebrauch</translation>
    </message>
    <message>
      <source>Remove this worktree?</source>
      <translation>Diesen Worktree entfernen?</translation>
    </message>
    <message>
      <source>Its changes cannot be read.</source>
      <translation>Seine Änderungen können nicht gelesen werden.</translation>
    </message>
    <message>
      <source>Changes of %1</source>
      <translation>Änderungen von %1</translation>
    </message>
    <message>
      <source>Changes…</source>
      <translation>Änderungen …</translation>
    </message>
    <message>
      <source>The worktrees cannot be read.</source>
      <translation>Die Worktrees können nicht gelesen werden.</translation>
    </message>
    <message>
      <source>A job that asks for its own worktree works there and leaves your checkout alone. What it has changed is read here.</source>
      <translation>Ein Auftrag mit eigenem Worktree arbeitet dort und lässt den eigenen Checkout in Ruhe. Was er geändert hat, steht hier.</translation>
    </message>
    <message>
      <source>No worktrees.</source>
      <translation>Keine Worktrees.</translation>
    </message>
    <message>
      <source>Checkouts that jobs have for themselves, each on a branch of its own.</source>
      <translation>Checkouts, die Aufträge für sich haben, jeder auf einem eigenen Branch.</translation>
    </message>
  </context>
  <context>
    <name>ui/clients</name>
    <message>
      <source>Clients</source>
      <translation>Clients</translation>
    </message>
    <message>
      <source>The chosen client</source>
      <translation>Der gewählte Client</translation>
    </message>
    <message>
      <source>today %1, %2 tokens, %3</source>
      <translation>heute %1, %2 Token, %3</translation>
    </message>
    <message>
      <source>last seen %1</source>
      <translation>zuletzt gesehen %1</translation>
    </message>
    <message>
      <source>Close</source>
      <translation>Schließen</translation>
    </message>
    <message>
      <source>used up · %1</source>
      <translation>aufgebraucht · %1</translation>
    </message>
    <message>
      <source>What it asked, on the Flights page</source>
      <translation>Was er gefragt hat, auf der Seite Anfragen</translation>
    </message>
    <message>
      <source>Flights of %1</source>
      <translation>Anfragen von %1</translation>
    </message>
    <message>
      <source>Callers that share its key, by what each says that it is</source>
      <translation>Aufrufer mit demselben Schlüssel, nach dem, was jeder von sich sagt</translation>
    </message>
    <message>
      <source>Show all</source>
      <translation>Alle zeigen</translation>
    </message>
    <message>
      <source>Connect a program…</source>
      <translation>Programm verbinden …</translation>
    </message>
    <message>
      <source>Make a key</source>
      <translation>Schlüssel anlegen</translation>
    </message>
    <message>
      <source>Find a client</source>
      <translation>Client suchen</translation>
    </message>
    <message>
      <source>%1 shown · </source>
      <translation>%1 gezeigt · </translation>
    </message>
    <message>
      <source>The clients cannot be shown.</source>
      <translation>Die Clients können nicht gezeigt werden.</translation>
    </message>
    <message>
      <source>Not all of it can be read.</source>
      <translation>Nicht alles davon kann gelesen werden.</translation>
    </message>
    <message>
      <source>Nobody matches.</source>
      <translation>Niemand passt.</translation>
    </message>
    <message>
      <source>Make a key…</source>
      <translation>Schlüssel anlegen …</translation>
    </message>
    <message>
      <source>Which clients</source>
      <translation>Welche Clients</translation>
    </message>
    <message>
      <source>Each program gets a key of its own, so that you see what it asked, what it cost, and can bound or refuse it alone.</source>
      <translation>Jedes Programm bekommt einen eigenen Schlüssel: so ist zu sehen, was es fragt und kostet, und es lässt sich einzeln begrenzen oder abweisen.</translation>
    </message>
    <message>
      <source>Nobody but you has asked yet.</source>
      <translation>Noch niemand sonst hat gefragt.</translation>
    </message>
    <message>
      <source>▮▮▮▮▮▮▮▮ 888.8k tokens left +1</source>
      <translation>▮▮▮▮▮▮▮▮ 888.8k tokens left +1</translation>
    </message>
    <message>
      <source>What was used, what running requests have reserved, and what is left</source>
      <translation>Was verbraucht ist, was laufende Anfragen reserviert haben und was übrig ist</translation>
    </message>
    <message>
      <source>Budgets</source>
      <translation>Budgets</translation>
    </message>
    <message>
      <source>Since midnight, by the prices known. %1</source>
      <translation>Seit Mitternacht, nach bekannten Preisen. %1</translation>
    </message>
    <message>
      <source>Cost</source>
      <translation>Kosten</translation>
    </message>
    <message>
      <source>In and out together, since midnight. %1</source>
      <translation>Ein- und Ausgabe zusammen, seit Mitternacht. %1</translation>
    </message>
    <message>
      <source>Tokens</source>
      <translation>Token</translation>
    </message>
    <message>
      <source>Requests since midnight</source>
      <translation>Anfragen seit Mitternacht</translation>
    </message>
    <message>
      <source>Today</source>
      <translation>Heute</translation>
    </message>
    <message>
      <source>What its last request said that it is; not verified</source>
      <translation>Was die letzte Anfrage von sich sagt; ungeprüft</translation>
    </message>
    <message>
      <source>9 h 59 m ago</source>
      <translation>9 h 59 m ago</translation>
    </message>
    <message>
      <source>When it last asked for anything</source>
      <translation>Wann er zuletzt etwas gefragt hat</translation>
    </message>
    <message>
      <source>Last seen</source>
      <translation>Zuletzt gesehen</translation>
    </message>
    <message>
      <source>paused, 12 running</source>
      <translation>angehalten, 12 laufen</translation>
    </message>
    <message>
      <source>How it stands now</source>
      <translation>Wie er jetzt steht</translation>
    </message>
    <message>
      <source>State</source>
      <translation>Stand</translation>
    </message>
    <message>
      <source>let in by OAuth</source>
      <translation>über OAuth eingelassen</translation>
    </message>
    <message>
      <source>How it proves who it is</source>
      <translation>Wie er zeigt, wer er ist</translation>
    </message>
    <message>
      <source>Who asks</source>
      <translation>Wer fragt</translation>
    </message>
    <message>
      <source>Client</source>
      <translation>Client</translation>
    </message>
    <message>
      <source>It was not %1: %2</source>
      <translation>Nicht geschehen (%1): %2</translation>
    </message>
    <message>
      <source>The key for %1</source>
      <translation>Der Schlüssel für %1</translation>
    </message>
    <message>
      <source>The key of %1 is revoked: it is refused from now on.</source>
      <translation>Der Schlüssel von %1 ist entzogen: er wird ab jetzt abgewiesen.</translation>
    </message>
    <message>
      <source>%1 had no access any more.</source>
      <translation>%1 hatte schon keinen Zugriff mehr.</translation>
    </message>
    <message>
      <source>The new key for %1</source>
      <translation>Der neue Schlüssel für %1</translation>
    </message>
    <message>
      <source>Its limits stand in config.toml already: make the key again to use them.</source>
      <translation>Seine Grenzen stehen schon in config.toml: den Schlüssel neu anlegen, um sie zu verwenden.</translation>
    </message>
    <message>
      <source>Refuse its key from now on; can be undone at once</source>
      <translation>Seinen Schlüssel ab jetzt abweisen; lässt sich sofort rückgängig machen</translation>
    </message>
    <message>
      <source>Another key for the same client</source>
      <translation>Ein weiterer Schlüssel für denselben Client</translation>
    </message>
    <message>
      <source>New key…</source>
      <translation>Neuer Schlüssel …</translation>
    </message>
    <message>
      <source>What was allowed it, on the Access page</source>
      <translation>Was ihm erlaubt wurde, auf der Seite Zugriff</translation>
    </message>
    <message>
      <source>Runs of CLIs that it asked for, on the Jobs page</source>
      <translation>Läufe von CLIs, die er verlangt hat, auf der Seite Aufträge</translation>
    </message>
    <message>
      <source>Jobs</source>
      <translation>Aufträge</translation>
    </message>
    <message>
      <source>Flights</source>
      <translation>Anfragen</translation>
    </message>
    <message>
      <source>Budgets, rates, models: what it may spend and ask</source>
      <translation>Budgets, Raten, Modelle: was er ausgeben und fragen darf</translation>
    </message>
    <message>
      <source>Limits…</source>
      <translation>Grenzen …</translation>
    </message>
    <message>
      <source>Refuse models and MCP to programs with this computer's own access key, until you let them go on; windows and commands are served</source>
      <translation>Programmen mit dem Zugangsschlüssel dieses Computers Modelle und MCP verweigern, bis es weitergehen soll; Fenster und Befehle werden bedient</translation>
    </message>
    <message>
      <source>Refuse it until you let it go on; its key stays</source>
      <translation>Abweisen, bis es weitergehen soll; sein Schlüssel bleibt</translation>
    </message>
    <message>
      <source>Pause</source>
      <translation>Anhalten</translation>
    </message>
    <message>
      <source>There is nothing to change.</source>
      <translation>Es gibt nichts zu ändern.</translation>
    </message>
    <message>
      <source>Send its model requests through the gateway, too</source>
      <translation>Auch seine Modellanfragen durch das Gateway leiten</translation>
    </message>
    <message>
      <source>How it reaches the gateway's tools</source>
      <translation>Wie er die Werkzeuge des Gateways erreicht</translation>
    </message>
    <message>
      <source>Connect</source>
      <translation>Verbinden</translation>
    </message>
    <message>
      <source>Undo</source>
      <translation>Rückgängig</translation>
    </message>
    <message>
      <source>Where the file is as we left it, it becomes what it was before, byte for byte; else only our lines go. The key that was made for it is revoked.</source>
      <translation>Wo die Datei noch ist, wie sie hinterlassen wurde, wird sie Byte für Byte wie zuvor; sonst gehen nur die eigenen Zeilen. Der dafür angelegte Schlüssel wird entzogen.</translation>
    </message>
    <message>
      <source>Only these lines change. A copy from before is kept, and Undo brings back the file as it was.</source>
      <translation>Nur diese Zeilen ändern sich. Eine Kopie von vorher bleibt, und Rückgängig stellt die Datei wieder her.</translation>
    </message>
    <message>
      <source>No key stands in its file; it asks as you.</source>
      <translation>In seiner Datei steht kein Schlüssel; es fragt im eigenen Namen dieses Computers.</translation>
    </message>
    <message>
      <source>With a key of its own, so that flights say who asked. The key stands in its file.</source>
      <translation>Mit eigenem Schlüssel, damit Anfragen sagen, wer gefragt hat. Der Schlüssel steht in seiner Datei.</translation>
    </message>
    <message>
      <source>Start llmgw mcp</source>
      <translation>llmgw mcp starten</translation>
    </message>
    <message>
      <source>By HTTP</source>
      <translation>Über HTTP</translation>
    </message>
    <message>
      <source>What would change</source>
      <translation>Was sich ändern würde</translation>
    </message>
    <message>
      <source>Still opens for %1</source>
      <translation>Öffnet noch für %1</translation>
    </message>
    <message>
      <source>The key that it has now</source>
      <translation>Der jetzige Schlüssel</translation>
    </message>
    <message>
      <source>Make the key</source>
      <translation>Schlüssel anlegen</translation>
    </message>
    <message>
      <source>A new key for %1</source>
      <translation>Neuer Schlüssel für %1</translation>
    </message>
    <message>
      <source>It stays the same client: its limits, figures, flights and jobs go on. Only one key before it can open: one that was rotated earlier ends now.</source>
      <translation>Es bleibt derselbe Client: Grenzen, Zahlen, Anfragen und Aufträge gehen weiter. Nur ein früherer Schlüssel kann noch öffnen: einer, der vorher gewechselt wurde, endet jetzt.</translation>
    </message>
    <message>
      <source>Done</source>
      <translation>Fertig</translation>
    </message>
    <message>
      <source>It is shown this once and cannot be shown again: only its digest is kept. Copy it into the program's settings. A minute after it was copied it goes off the clipboard.</source>
      <translation>Er wird nur dieses eine Mal gezeigt: aufbewahrt wird nur sein Fingerabdruck. Bitte in die Einstellungen des Programms kopieren. Eine Minute nach dem Kopieren verschwindet er aus der Zwischenablage.</translation>
    </message>
    <message>
      <source>What it may do</source>
      <translation>Was er darf</translation>
    </message>
    <message>
      <source>Tick what it may do.</source>
      <translation>Bitte ankreuzen, was er darf.</translation>
    </message>
    <message>
      <source>Set limits</source>
      <translation>Grenzen setzen</translation>
    </message>
    <message>
      <source>[clients.%1] stands in config.toml already: its limits hold for this key.</source>
      <translation>[clients.%1] steht schon in config.toml: seine Grenzen gelten für diesen Schlüssel.</translation>
    </message>
    <message>
      <source>Refuse what a translation could not carry whole, instead of leaving it out</source>
      <translation>Ablehnen, was beim Übersetzen verloren ginge, statt es wegzulassen</translation>
    </message>
    <message>
      <source>The program's name. Flights, routes and limits know it by this, so it stays.</source>
      <translation>Der Name des Programms. Anfragen, Routen und Grenzen kennen es daran, darum bleibt er.</translation>
    </message>
    <message>
      <source>Not saved: %1</source>
      <translation>Nicht gespeichert: %1</translation>
    </message>
    <message>
      <source>Limits of %1</source>
      <translation>Grenzen von %1</translation>
    </message>
    <message>
      <source>For each client without limits of its own, each for itself. All of them, from Save on.</source>
      <translation>Für jeden Client ohne eigene Grenzen, jeder für sich. Ab dem Speichern für alle.</translation>
    </message>
    <message>
      <source>Stands in config.toml as [clients.%1], and holds from the moment it is saved.</source>
      <translation>Steht in config.toml als [clients.%1] und gilt, sobald gespeichert ist.</translation>
    </message>
    <message>
      <source>Rate limits</source>
      <translation>Raten</translation>
    </message>
    <message>
      <source>What was used flows off evenly: of 60 a minute one opens again each second.</source>
      <translation>Verbrauchtes fließt gleichmäßig ab: von 60 je Minute wird jede Sekunde eine frei.</translation>
    </message>
    <message>
      <source>Begin anew with the calendar. In US dollars only models with a known price pass.</source>
      <translation>Beginnen mit dem Kalender neu. Bei US-Dollar kommen nur Modelle mit bekanntem Preis durch.</translation>
    </message>
    <message>
      <source>Such as 2027-01-31: at its end.</source>
      <translation>Zum Beispiel 2027-01-31: am Ende des Tages.</translation>
    </message>
    <message>
      <source>None ticked: all. Only those ticked may answer it.</source>
      <translation>Nichts angekreuzt: alle. Sonst dürfen nur die angekreuzten antworten.</translation>
    </message>
    <message>
      <source>One in a line, with * and ?. Empty: all.</source>
      <translation>Eines je Zeile, mit * und ?. Leer: alle.</translation>
    </message>
    <message>
      <source>this computer's</source>
      <translation>die dieses Computers</translation>
    </message>
    <message>
      <source>any number</source>
      <translation>beliebig viele</translation>
    </message>
    <message>
      <source>Models</source>
      <translation>Modelle</translation>
    </message>
    <message>
      <source>rate limit</source>
      <translation>Rate</translation>
    </message>
    <message>
      <source>once, for good</source>
      <translation>einmal, für immer</translation>
    </message>
    <message>
      <source>US dollars</source>
      <translation>US-Dollar</translation>
    </message>
    <message>
      <source>Take out this %1</source>
      <translation>%1 herausnehmen</translation>
    </message>
    <message>
      <source>How long the %1 lasts</source>
      <translation>Wie lange gilt: %1</translation>
    </message>
    <message>
      <source>What the %1 counts</source>
      <translation>Was zählt: %1</translation>
    </message>
    <message>
      <source>Amount of the %1</source>
      <translation>Menge: %1</translation>
    </message>
    <message>
      <source>5, or 2 M</source>
      <translation>5, oder 2 M</translation>
    </message>
    <message>
      <source>Add a %1</source>
      <translation>%1 hinzufügen</translation>
    </message>
    <message>
      <source>Read the clients again</source>
      <translation>Clients neu lesen</translation>
    </message>
    <message>
      <source>Parts of Clients</source>
      <translation>Teile von Clients</translation>
    </message>
    <message>
      <source>Programs on this computer</source>
      <translation>Programme auf diesem Computer</translation>
    </message>
    <message>
      <source>Takes the base URL out of the folder's files again</source>
      <translation>Nimmt die Basis-URL wieder aus den Dateien des Ordners</translation>
    </message>
    <message>
      <source>Unpin %1</source>
      <translation>%1 lösen</translation>
    </message>
    <message>
      <source>Unpin…</source>
      <translation>Lösen …</translation>
    </message>
    <message>
      <source>What it asks %1.</source>
      <translation>Was es fragt, %1.</translation>
    </message>
    <message>
      <source>Connect again…</source>
      <translation>Neu verbinden …</translation>
    </message>
    <message>
      <source>Shows what would be written into its settings</source>
      <translation>Zeigt, was in seine Einstellungen geschrieben würde</translation>
    </message>
    <message>
      <source>Shows what would be taken out of its settings</source>
      <translation>Zeigt, was aus seinen Einstellungen genommen würde</translation>
    </message>
    <message>
      <source>Undo %1</source>
      <translation>%1 rückgängig machen</translation>
    </message>
    <message>
      <source>Undo…</source>
      <translation>Rückgängig …</translation>
    </message>
    <message>
      <source>Connect…</source>
      <translation>Verbinden …</translation>
    </message>
    <message>
      <source>Any other program</source>
      <translation>Jedes andere Programm</translation>
    </message>
    <message>
      <source>Base URLs for model requests, each with a key:</source>
      <translation>Basis-URLs für Modellanfragen, jeweils mit Schlüssel:</translation>
    </message>
    <message>
      <source>%1 base URL</source>
      <translation>Basis-URL für %1</translation>
    </message>
    <message>
      <source>Puts a key of its own into the text below</source>
      <translation>Setzt einen eigenen Schlüssel in den Text darunter</translation>
    </message>
    <message>
      <source>Make a key for it</source>
      <translation>Schlüssel dafür anlegen</translation>
    </message>
    <message>
      <source>MCP entry</source>
      <translation>MCP-Eintrag</translation>
    </message>
    <message>
      <source>Way of the MCP entry</source>
      <translation>Art des MCP-Eintrags</translation>
    </message>
    <message>
      <source>This key is shown once: copy it now.</source>
      <translation>Dieser Schlüssel wird nur einmal gezeigt: bitte jetzt kopieren.</translation>
    </message>
    <message>
      <source>It was not unpinned.</source>
      <translation>Er wurde nicht gelöst.</translation>
    </message>
    <message>
      <source>Unpin</source>
      <translation>Lösen</translation>
    </message>
    <message>
      <source>%1: its files become as they were before. What programs ask there goes as routes say again; what still comes by its base URL is refused.</source>
      <translation>%1: seine Dateien werden wie zuvor. Was Programme dort fragen, geht wieder, wie Routen sagen; was noch über seine Basis-URL kommt, wird abgewiesen.</translation>
    </message>
    <message>
      <source>Unpin this folder?</source>
      <translation>Diesen Ordner lösen?</translation>
    </message>
    <message>
      <source>Pinned folders</source>
      <translation>Gebundene Ordner</translation>
    </message>
    <message>
      <source>The key could not be changed.</source>
      <translation>Der Schlüssel konnte nicht geändert werden.</translation>
    </message>
    <message>
      <source>The programs cannot be shown.</source>
      <translation>Die Programme können nicht gezeigt werden.</translation>
    </message>
    <message>
      <source>Not found here: %1</source>
      <translation>Hier nicht gefunden: %1</translation>
    </message>
    <message>
      <source>Programs would not find the gateway.</source>
      <translation>Programme würden das Gateway nicht finden.</translation>
    </message>
    <message>
      <source>It was not done.</source>
      <translation>Es wurde nicht getan.</translation>
    </message>
    <message>
      <source>Look again</source>
      <translation>Nochmals suchen</translation>
    </message>
    <message>
      <source>Install one and look again, or paste the text below into the settings of another.</source>
      <translation>Eines installieren und nochmals suchen, oder den Text unten in die Einstellungen eines anderen einfügen.</translation>
    </message>
    <message>
      <source>No folder is pinned. What programs ask in a folder can be held to one account: llmgw pin FOLDER --account PROVIDER/ACCOUNT</source>
      <translation>Kein Ordner ist gebunden. Was Programme in einem Ordner fragen, lässt sich an ein Konto binden: llmgw pin FOLDER --account PROVIDER/ACCOUNT</translation>
    </message>
    <message>
      <source>What programs ask there leaves through one account, or is refused.</source>
      <translation>Was Programme dort fragen, geht über ein Konto hinaus oder wird abgewiesen.</translation>
    </message>
    <message>
      <source>No program that can be set up was found on this computer</source>
      <translation>Auf diesem Computer wurde kein Programm gefunden, das sich einrichten lässt</translation>
    </message>
  </context>
  <context>
    <name>ui/compare</name>
    <message>
      <source>Compare</source>
      <translation>Vergleich</translation>
    </message>
    <message>
      <source>Ask again</source>
      <translation>Nochmals fragen</translation>
    </message>
    <message>
      <source>Cancel %1</source>
      <translation>%1 abbrechen</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <source>Open the job of %1</source>
      <translation>Auftrag von %1 öffnen</translation>
    </message>
    <message>
      <source>Open the answer of %1 as its flight</source>
      <translation>Antwort von %1 als Anfrage öffnen</translation>
    </message>
    <message>
      <source>the answer of %1</source>
      <translation>die Antwort von %1</translation>
    </message>
    <message>
      <source>This is its beginning. Open its flight or job for all of it.</source>
      <translation>Das ist der Anfang. Alles steht in der Anfrage oder im Auftrag.</translation>
    </message>
    <message>
      <source>Ask all again; CLIs that have answered within the hour are not run twice</source>
      <translation>Alle nochmals fragen; CLIs, die in der letzten Stunde geantwortet haben, laufen nicht zweimal</translation>
    </message>
    <message>
      <source>Answer of %1</source>
      <translation>Antwort von %1</translation>
    </message>
    <message>
      <source>Add text…</source>
      <translation>Text hinzufügen …</translation>
    </message>
    <message>
      <source>Without the text</source>
      <translation>Ohne den Text</translation>
    </message>
    <message>
      <source>Open what is to be judged</source>
      <translation>Öffnen, was zu beurteilen ist</translation>
    </message>
    <message>
      <source>%1 cannot be read as text.</source>
      <translation>%1 kann nicht als Text gelesen werden.</translation>
    </message>
    <message>
      <source>%1 is longer than 1 MB: paste the part that matters.</source>
      <translation>%1 ist länger als 1 MB: bitte den Teil einfügen, auf den es ankommt.</translation>
    </message>
    <message>
      <source>Ask</source>
      <translation>Fragen</translation>
    </message>
    <message>
      <source>Asking…</source>
      <translation>Wird gefragt …</translation>
    </message>
    <message>
      <source>Ask all (Ctrl+Enter)</source>
      <translation>Alle fragen (Strg+Enter)</translation>
    </message>
    <message>
      <source>Ask all</source>
      <translation>Alle fragen</translation>
    </message>
    <message>
      <source>Judge</source>
      <translation>Gutachter</translation>
    </message>
    <message>
      <source>Open a file…</source>
      <translation>Datei öffnen …</translation>
    </message>
    <message>
      <source>What is done</source>
      <translation>Was getan wird</translation>
    </message>
    <message>
      <source>Look above all at</source>
      <translation>Vor allem achten auf</translation>
    </message>
    <message>
      <source>Look above all at… (optional)</source>
      <translation>Vor allem achten auf … (wahlweise)</translation>
    </message>
    <message>
      <source>What is judged</source>
      <translation>Was beurteilt wird</translation>
    </message>
    <message>
      <source>Paste what is to be judged</source>
      <translation>Hier einfügen, was beurteilt werden soll</translation>
    </message>
    <message>
      <source>Question</source>
      <translation>Frage</translation>
    </message>
    <message>
      <source>No judge</source>
      <translation>Kein Gutachter</translation>
    </message>
    <message>
      <source>The claim that matters, in one sentence</source>
      <translation>Die Aussage, um die es geht, in einem Satz</translation>
    </message>
    <message>
      <source>What is to be attacked? A design, a plan, a piece of code…</source>
      <translation>Was soll angegriffen werden? Ein Entwurf, ein Plan, ein Stück Code …</translation>
    </message>
    <message>
      <source>What is to be validated? A plan, a decision, an answer…</source>
      <translation>Was soll geprüft werden? Ein Plan, eine Entscheidung, eine Antwort …</translation>
    </message>
    <message>
      <source>What do you want to ask?</source>
      <translation>Was soll gefragt werden?</translation>
    </message>
    <message>
      <source>Each says whether the claim is true as it stands.</source>
      <translation>Jeder sagt, ob die Aussage so stimmt.</translation>
    </message>
    <message>
      <source>Each attacks it: how it fails, is abused, or loses data.</source>
      <translation>Jeder greift es an: wie es scheitert, missbraucht wird oder Daten verliert.</translation>
    </message>
    <message>
      <source>Each says whether what you propose holds: pass or fail, with reasons.</source>
      <translation>Jeder sagt, ob der Vorschlag hält: ja oder nein, mit Gründen.</translation>
    </message>
    <message>
      <source>All are asked the same, and answer freely.</source>
      <translation>Alle werden dasselbe gefragt und antworten frei.</translation>
    </message>
    <message>
      <source>Judge: %1</source>
      <translation>Gutachter: %1</translation>
    </message>
    <message>
      <source>A judge weighs the answers as they are kept, without knowing whose they are.</source>
      <translation>Ein Gutachter wägt die aufbewahrten Antworten, ohne zu wissen, von wem sie sind.</translation>
    </message>
    <message>
      <source>The judge is asked as soon as all have ended.</source>
      <translation>Der Gutachter wird gefragt, sobald alle fertig sind.</translation>
    </message>
    <message>
      <source>Receipt</source>
      <translation>Beleg</translation>
    </message>
    <message>
      <source>Ask this judge</source>
      <translation>Diesen Gutachter fragen</translation>
    </message>
    <message>
      <source>%1 judges</source>
      <translation>%1 begutachtet</translation>
    </message>
    <message>
      <source>Who judges</source>
      <translation>Wer begutachtet</translation>
    </message>
    <message>
      <source>What it comes to</source>
      <translation>Worauf es hinausläuft</translation>
    </message>
    <message>
      <source>Agreement map</source>
      <translation>Übereinstimmung</translation>
    </message>
    <message>
      <source>Verdicts</source>
      <translation>Urteile</translation>
    </message>
    <message>
      <source>the receipt as text</source>
      <translation>der Beleg als Text</translation>
    </message>
    <message>
      <source>Save receipt</source>
      <translation>Beleg speichern</translation>
    </message>
    <message>
      <source>%1. SHA-256:</source>
      <translation>%1. SHA-256:</translation>
    </message>
    <message>
      <source>the receipt's SHA-256</source>
      <translation>der SHA-256 des Belegs</translation>
    </message>
    <message>
      <source>Save receipt…</source>
      <translation>Beleg speichern …</translation>
    </message>
    <message>
      <source>Show</source>
      <translation>Zeigen</translation>
    </message>
    <message>
      <source>Make receipt</source>
      <translation>Beleg ausstellen</translation>
    </message>
    <message>
      <source>A receipt holds who said what, the verdicts and their digests, signed with this installation's key. It can be verified years later, offline. Once it is made, no judge can be asked.</source>
      <translation>Ein Beleg hält fest, wer was gesagt hat, die Urteile und ihre Prüfsummen, unterschrieben mit dem Schlüssel dieser Installation. Er lässt sich noch nach Jahren ohne Netz prüfen. Danach kann kein Gutachter mehr gefragt werden.</translation>
    </message>
    <message>
      <source>Previous answer</source>
      <translation>Vorige Antwort</translation>
    </message>
    <message>
      <source>Next answer</source>
      <translation>Nächste Antwort</translation>
    </message>
    <message>
      <source>Change and ask again</source>
      <translation>Ändern und nochmals fragen</translation>
    </message>
    <message>
      <source>New comparison</source>
      <translation>Neuer Vergleich</translation>
    </message>
    <message>
      <source>At most %1 are asked at once here.</source>
      <translation>Höchstens %1 werden hier zugleich gefragt.</translation>
    </message>
    <message>
      <source>No comparisons yet</source>
      <translation>Noch keine Vergleiche</translation>
    </message>
    <message>
      <source>earlier comparisons</source>
      <translation>frühere Vergleiche</translation>
    </message>
    <message>
      <source>%1 is not asked.</source>
      <translation>%1 wird nicht gefragt.</translation>
    </message>
    <message>
      <source>save a receipt</source>
      <translation>einen Beleg speichern</translation>
    </message>
    <message>
      <source>make a receipt</source>
      <translation>einen Beleg ausstellen</translation>
    </message>
    <message>
      <source>ask a judge</source>
      <translation>einen Gutachter fragen</translation>
    </message>
    <message>
      <source>cancel an answer</source>
      <translation>eine Antwort abbrechen</translation>
    </message>
    <message>
      <source>stop a comparison</source>
      <translation>einen Vergleich anhalten</translation>
    </message>
    <message>
      <source>That did not work.</source>
      <translation>Das ist nicht gelungen.</translation>
    </message>
    <message>
      <source>Say in one sentence why two answers beat one.</source>
      <translation>In einem Satz sagen, warum zwei Antworten besser sind als eine.</translation>
    </message>
    <message>
      <source>who can be asked</source>
      <translation>wer gefragt werden kann</translation>
    </message>
    <message>
      <source>ask to compare</source>
      <translation>zum Vergleich fragen</translation>
    </message>
    <message>
      <source>%1 a comparison</source>
      <translation>einen Vergleich %1</translation>
    </message>
    <message>
      <source>Earlier comparisons</source>
      <translation>Frühere Vergleiche</translation>
    </message>
    <message>
      <source>Earlier</source>
      <translation>Frühere</translation>
    </message>
    <message>
      <source>New</source>
      <translation>Neu</translation>
    </message>
    <message>
      <source>Stop all</source>
      <translation>Alle anhalten</translation>
    </message>
    <message>
      <source>Stop</source>
      <translation>Anhalten</translation>
    </message>
    <message>
      <source>Ask all the same again</source>
      <translation>Alle dasselbe nochmals fragen</translation>
    </message>
    <message>
      <source>Change it and ask again</source>
      <translation>Ändern und nochmals fragen</translation>
    </message>
    <message>
      <source>Several models, one question</source>
      <translation>Mehrere Modelle, eine Frage</translation>
    </message>
    <message>
      <source>Try with practice models</source>
      <translation>Mit Übungsmodellen versuchen</translation>
    </message>
    <message>
      <source>Go to Providers</source>
      <translation>Zu den Anbietern</translation>
    </message>
    <message>
      <source>Add a provider or sign in with a CLI. Or try it with practice models: they are free and answer on this computer.</source>
      <translation>Einen Anbieter hinzufügen oder mit einer CLI anmelden. Oder mit Übungsmodellen versuchen: sie sind kostenlos und antworten auf diesem Computer.</translation>
    </message>
    <message>
      <source>Nobody can be asked yet</source>
      <translation>Noch kann niemand gefragt werden</translation>
    </message>
    <message>
      <source>Write a question, choose who answers, press Ask. The answers grow side by side; then you see who agrees, who dissents and on what.</source>
      <translation>Eine Frage schreiben, wählen, wer antwortet, dann Fragen drücken. Die Antworten wachsen nebeneinander; danach ist zu sehen, wer zustimmt, wer abweicht und worin.</translation>
    </message>
    <message>
      <source>Ask several models the same</source>
      <translation>Mehrere Modelle dasselbe fragen</translation>
    </message>
    <message>
      <source>Do not ask %1</source>
      <translation>%1 nicht fragen</translation>
    </message>
    <message>
      <source>Add who is asked</source>
      <translation>Hinzufügen, wer gefragt wird</translation>
    </message>
    <message>
      <source>%1, is asked</source>
      <translation>%1, wird gefragt</translation>
    </message>
    <message>
      <source>Nobody of that name</source>
      <translation>Niemand mit diesem Namen</translation>
    </message>
    <message>
      <source>Who is asked</source>
      <translation>Wer gefragt wird</translation>
    </message>
    <message>
      <source>Find a model</source>
      <translation>Modell suchen</translation>
    </message>
    <message>
      <source>%1 more claims are not shown.</source>
      <translation>%1 weitere Aussagen sind nicht gezeigt.</translation>
    </message>
    <message>
      <source>Said by</source>
      <translation>Gesagt von</translation>
    </message>
    <message>
      <source>Claim</source>
      <translation>Aussage</translation>
    </message>
    <message>
      <source>Risks</source>
      <translation>Risiken</translation>
    </message>
    <message>
      <source>Why</source>
      <translation>Warum</translation>
    </message>
    <message>
      <source>Verdict</source>
      <translation>Urteil</translation>
    </message>
  </context>
  <context>
    <name>ui/figures</name>
    <message>
      <source>Figures</source>
      <translation>Zahlen</translation>
    </message>
    <message>
      <source>Answers of %1, %2</source>
      <translation>Antworten von %1, %2</translation>
    </message>
    <message>
      <source>Runs</source>
      <translation>Läufe</translation>
    </message>
    <message>
      <source>Answers</source>
      <translation>Antworten</translation>
    </message>
    <message>
      <source>Answers of the run</source>
      <translation>Antworten des Laufs</translation>
    </message>
    <message>
      <source>Runs of regression sets</source>
      <translation>Läufe von Prüfsätzen</translation>
    </message>
    <message>
      <source>«Add to a regression set…» in the menu of a flight puts it into a file of your project; «llmgw check run FILE» asks all of them again. Each run has a signed receipt.</source>
      <translation>„Zu einem Prüfsatz hinzufügen …“ im Menü einer Anfrage legt sie in eine Datei des Projekts; „llmgw check run FILE“ fragt alle nochmals. Jeder Lauf hat einen unterschriebenen Beleg.</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>Modell</translation>
    </message>
    <message>
      <source>Case</source>
      <translation>Fall</translation>
    </message>
    <message>
      <source>Not asked</source>
      <translation>Nicht gefragt</translation>
    </message>
    <message>
      <source>Result</source>
      <translation>Ergebnis</translation>
    </message>
    <message>
      <source>First to fall</source>
      <translation>Zuerst gefallen</translation>
    </message>
    <message>
      <source>500 of 500</source>
      <translation>500 of 500</translation>
    </message>
    <message>
      <source>Passed</source>
      <translation>Bestanden</translation>
    </message>
    <message>
      <source>Set</source>
      <translation>Satz</translation>
    </message>
    <message>
      <source>31 Dec 23:59:59</source>
      <translation>31 Dec 23:59:59</translation>
    </message>
    <message>
      <source>The same tokens at the usual rates of short prompts, with the same share from a cache: an estimate by the price table. Flights whose tokens are not known are left out.</source>
      <translation>Dieselben Token zu den üblichen Preisen kurzer Prompts, mit demselben Anteil aus dem Cache: eine Schätzung nach der Preistabelle. Anfragen, deren Token nicht bekannt sind, fehlen.</translation>
    </message>
    <message>
      <source>Sums</source>
      <translation>Summen</translation>
    </message>
    <message>
      <source>Another model</source>
      <translation>Anderes Modell</translation>
    </message>
    <message>
      <source>In vain, and saved</source>
      <translation>Umsonst, und gespart</translation>
    </message>
    <message>
      <source>%1 over %2.</source>
      <translation>%1 über %2.</translation>
    </message>
    <message>
      <source>%1 tokens in,</source>
      <translation>%1 Token hinein,</translation>
    </message>
    <message>
      <source>Other models</source>
      <translation>Andere Modelle</translation>
    </message>
    <message>
      <source>In vain and saved</source>
      <translation>Umsonst und gespart</translation>
    </message>
    <message>
      <source>Cached</source>
      <translation>Aus dem Cache</translation>
    </message>
    <message>
      <source>Not known</source>
      <translation>Nicht bekannt</translation>
    </message>
    <message>
      <source>Output</source>
      <translation>Ausgabe</translation>
    </message>
    <message>
      <source>Input</source>
      <translation>Eingabe</translation>
    </message>
    <message>
      <source>Sums by</source>
      <translation>Summen nach</translation>
    </message>
    <message>
      <source>Cost by day</source>
      <translation>Kosten nach Tagen</translation>
    </message>
    <message>
      <source>$12,345.67 est.</source>
      <translation>geschätzt 12.345,67 $</translation>
    </message>
    <message>
      <source>Estimate</source>
      <translation>Schätzung</translation>
    </message>
    <message>
      <source>123,456 flights</source>
      <translation>123,456 flights</translation>
    </message>
    <message>
      <source>Left out</source>
      <translation>Ausgelassen</translation>
    </message>
    <message>
      <source>If all were answered by</source>
      <translation>Wenn alles beantwortet würde von</translation>
    </message>
    <message>
      <source>Which is</source>
      <translation>Das sind</translation>
    </message>
    <message>
      <source>≤$12,345.67 est.</source>
      <translation>geschätzt ≤12.345,67 $</translation>
    </message>
    <message>
      <source>Dollars</source>
      <translation>Dollar</translation>
    </message>
    <message>
      <source>Retries, failovers</source>
      <translation>Wiederholungen, Ausweichen</translation>
    </message>
    <message>
      <source>Day</source>
      <translation>Tag</translation>
    </message>
    <message>
      <source>By %1</source>
      <translation>Nach: %1</translation>
    </message>
    <message>
      <source>provider:%1 model:%2 state:ok %3</source>
      <translation>provider:%1 model:%2 state:ok %3</translation>
    </message>
    <message>
      <source>%1&gt;=%2ms %3&lt;%4ms</source>
      <translation>%1&gt;=%2ms %3&lt;%4ms</translation>
    </message>
    <message>
      <source>%1 of %2 with answers.</source>
      <translation>%1 von %2 mit Antworten.</translation>
    </message>
    <message>
      <source>since:%1 until:%2</source>
      <translation>since:%1 until:%2</translation>
    </message>
    <message>
      <source>Half within %1, 95 of 100 within %2.</source>
      <translation>Die Hälfte in %1, 95 von 100 in %2.</translation>
    </message>
    <message>
      <source>Spread: %1</source>
      <translation>Streuung: %1</translation>
    </message>
    <message>
      <source>By model</source>
      <translation>Nach Modell</translation>
    </message>
    <message>
      <source>First token (p50) by hour and day</source>
      <translation>Erstes Token (p50) nach Stunde und Tag</translation>
    </message>
    <message>
      <source>Latency by hour</source>
      <translation>Wartezeit nach Stunden</translation>
    </message>
    <message>
      <source>Spread</source>
      <translation>Streuung</translation>
    </message>
    <message>
      <source>Spread of times</source>
      <translation>Streuung der Zeiten</translation>
    </message>
    <message>
      <source>Which time</source>
      <translation>Welche Zeit</translation>
    </message>
    <message>
      <source>Latency by model</source>
      <translation>Wartezeit nach Modell</translation>
    </message>
    <message>
      <source>Total p50</source>
      <translation>Gesamt p50</translation>
    </message>
    <message>
      <source>First token p50</source>
      <translation>Erstes Token p50</translation>
    </message>
    <message>
      <source>Hour</source>
      <translation>Stunde</translation>
    </message>
    <message>
      <source>Time</source>
      <translation>Zeit</translation>
    </message>
    <message>
      <source>First95</source>
      <translation>First95</translation>
    </message>
    <message>
      <source>Total95</source>
      <translation>Total95</translation>
    </message>
    <message>
      <source>Provider</source>
      <translation>Anbieter</translation>
    </message>
    <message>
      <source>Gateway95</source>
      <translation>Gateway95</translation>
    </message>
    <message>
      <source>Total99</source>
      <translation>Total99</translation>
    </message>
    <message>
      <source>First99</source>
      <translation>First99</translation>
    </message>
    <message>
      <source>Gateway99</source>
      <translation>Gateway99</translation>
    </message>
    <message>
      <source>Gateway</source>
      <translation>Gateway</translation>
    </message>
    <message>
      <source>Total</source>
      <translation>Gesamt</translation>
    </message>
    <message>
      <source>First</source>
      <translation>Erstes</translation>
    </message>
    <message>
      <source>Gateway p50</source>
      <translation>Gateway p50</translation>
    </message>
    <message>
      <source>Of answers that ended well. Gateway: its own time, at least, from a request's having been read to its being handed on, and of a stream from its last byte to the end.</source>
      <translation>Von Antworten, die gut endeten. Gateway: die eigene Zeit, mindestens, vom Einlesen einer Anfrage bis zur Weitergabe, bei einem Strom vom letzten Byte bis zum Ende.</translation>
    </message>
    <message>
      <source>First token</source>
      <translation>1. Token</translation>
    </message>
    <message>
      <source>%1 could not be written.</source>
      <translation>%1 konnte nicht geschrieben werden.</translation>
    </message>
    <message>
      <source>Saved as %1.</source>
      <translation>Gespeichert als %1.</translation>
    </message>
    <message>
      <source>CSV (*.csv)</source>
      <translation>CSV (*.csv)</translation>
    </message>
    <message>
      <source>Save sums</source>
      <translation>Summen speichern</translation>
    </message>
    <message>
      <source>pyqtgraph cannot be read in. %1</source>
      <translation>pyqtgraph kann nicht geladen werden. %1</translation>
    </message>
    <message>
      <source>By hour and day</source>
      <translation>Nach Stunde und Tag</translation>
    </message>
    <message>
      <source>The recorded flights cannot be read.</source>
      <translation>Die aufgezeichneten Anfragen können nicht gelesen werden.</translation>
    </message>
    <message>
      <source>Try again</source>
      <translation>Nochmals versuchen</translation>
    </message>
    <message>
      <source>Figures of</source>
      <translation>Zahlen über</translation>
    </message>
    <message>
      <source>Checks</source>
      <translation>Prüfungen</translation>
    </message>
    <message>
      <source>Latency</source>
      <translation>Wartezeit</translation>
    </message>
    <message>
      <source>Save CSV…</source>
      <translation>CSV speichern …</translation>
    </message>
    <message>
      <source>Span</source>
      <translation>Zeitraum</translation>
    </message>
    <message>
      <source>The charts cannot be drawn; the tables say the same.</source>
      <translation>Die Diagramme können nicht gezeichnet werden; die Tabellen sagen dasselbe.</translation>
    </message>
    <message>
      <source>«Add to a regression set…» in the menu of a flight puts it into a file of your project; «llmgw check run FILE» asks all of them again, and what came of it stands here.</source>
      <translation>„Zu einem Prüfsatz hinzufügen …“ im Menü einer Anfrage legt sie in eine Datei des Projekts; „llmgw check run FILE“ fragt alle nochmals, und das Ergebnis steht hier.</translation>
    </message>
    <message>
      <source>No regression set was run</source>
      <translation>Kein Prüfsatz ist gelaufen</translation>
    </message>
    <message>
      <source>Costs and times stand here as soon as a program has asked a model. Practice models do not count: they cost nothing.</source>
      <translation>Kosten und Zeiten stehen hier, sobald ein Programm ein Modell gefragt hat. Übungsmodelle zählen nicht: sie kosten nichts.</translation>
    </message>
    <message>
      <source>No flight to count yet</source>
      <translation>Noch keine Anfrage, die zählt</translation>
    </message>
    <message>
      <source>90 days</source>
      <translation>90 Tage</translation>
    </message>
    <message>
      <source>30 days</source>
      <translation>30 Tage</translation>
    </message>
    <message>
      <source>7 days</source>
      <translation>7 Tage</translation>
    </message>
    <message>
      <source>Show as table</source>
      <translation>Als Tabelle zeigen</translation>
    </message>
    <message>
      <source>Show as chart</source>
      <translation>Als Diagramm zeigen</translation>
    </message>
    <message>
      <source>The charts are read in …</source>
      <translation>Die Diagramme werden geladen …</translation>
    </message>
    <message>
      <source>By client</source>
      <translation>Nach Client</translation>
    </message>
    <message>
      <source>By provider</source>
      <translation>Nach Anbieter</translation>
    </message>
    <message>
      <source>By account</source>
      <translation>Nach Konto</translation>
    </message>
    <message>
      <source>By project</source>
      <translation>Nach Projekt</translation>
    </message>
    <message>
      <source>By label</source>
      <translation>Nach Label</translation>
    </message>
    <message>
      <source>By job</source>
      <translation>Nach Auftrag</translation>
    </message>
    <message>
      <source>By session</source>
      <translation>Nach Sitzung</translation>
    </message>
    <message>
      <source>By conversation</source>
      <translation>Nach Gespräch</translation>
    </message>
    <message>
      <source>By agent</source>
      <translation>Nach Agent</translation>
    </message>
    <message>
      <source>By day</source>
      <translation>Nach Tag</translation>
    </message>
</context>
  <context>
    <name>ui/flights</name>
    <message>
      <source>%1 of %2 were looked through, the newest first. A narrower filter, such as since:2d, needs less time.</source>
      <translation>%1 von %2 wurden durchsucht, die neuesten zuerst. Ein engerer Filter, etwa since:2d, braucht weniger Zeit.</translation>
    </message>
    <message>
      <source>The newest %1 are shown.</source>
      <translation>Die neuesten %1 sind gezeigt.</translation>
    </message>
    <message>
      <source>Of %1 what was said cannot be read: it is encrypted, or damaged.</source>
      <translation>Von %1 ist nicht lesbar, was gesagt wurde: verschlüsselt oder beschädigt.</translation>
    </message>
    <message>
      <source>Not all bodies were searched</source>
      <translation>Nicht alle Inhalte wurden durchsucht</translation>
    </message>
    <message>
      <source>Searching in bodies</source>
      <translation>Inhalte werden durchsucht</translation>
    </message>
    <message>
      <source>%1 of %2 looked through, %3 found.</source>
      <translation>%1 von %2 durchsucht, %3 gefunden.</translation>
    </message>
    <message>
      <source>Name a file in a folder that is there, from the root.</source>
      <translation>Bitte eine Datei in einem vorhandenen Ordner nennen, von der Wurzel an.</translation>
    </message>
    <message>
      <source>Regression set</source>
      <translation>Prüfsatz</translation>
    </message>
    <message>
      <source>File</source>
      <translation>Datei</translation>
    </message>
    <message>
      <source>Name of the case</source>
      <translation>Name des Falls</translation>
    </message>
    <message>
      <source>What the answer must be like</source>
      <translation>Wie die Antwort sein muss</translation>
    </message>
    <message>
      <source>Model and flight</source>
      <translation>Modell und Anfrage</translation>
    </message>
    <message>
      <source>Add to a regression set</source>
      <translation>Zu einem Prüfsatz hinzufügen</translation>
    </message>
    <message>
      <source>Regression set (*.toml)</source>
      <translation>Prüfsatz (*.toml)</translation>
    </message>
    <message>
      <source>In your project's folder; made if it is not there. Secrets are taken out once more.</source>
      <translation>Im Ordner des Projekts; sie wird angelegt, wenn es sie nicht gibt. Geheimnisse werden nochmals herausgenommen.</translation>
    </message>
    <message>
      <source>Most judges of a panel, named when the set is run, say that the answer meets this.</source>
      <translation>Die meisten Gutachter eines Vergleichs, beim Lauf des Satzes genannt, sagen, dass die Antwort das erfüllt.</translation>
    </message>
    <message>
      <source>The answer is JSON that fits this JSON Schema.</source>
      <translation>Die Antwort ist JSON, das zu diesem JSON-Schema passt.</translation>
    </message>
    <message>
      <source>This pattern of RE2 is found in the answer.</source>
      <translation>Dieses RE2-Muster kommt in der Antwort vor.</translation>
    </message>
    <message>
      <source>The answer is this text, but for white space around it. Empty: as it was recorded.</source>
      <translation>Die Antwort ist dieser Text, bis auf Leerraum darum herum. Leer: wie aufgezeichnet.</translation>
    </message>
    <message>
      <source>JSON Schema</source>
      <translation>JSON-Schema</translation>
    </message>
    <message>
      <source>Pattern</source>
      <translation>Muster</translation>
    </message>
    <message>
      <source>The same</source>
      <translation>Dasselbe</translation>
    </message>
    <message>
      <source>One of these flights was not recorded, or is kept no longer.</source>
      <translation>Eine dieser Anfragen wurde nicht aufgezeichnet oder wird nicht mehr aufbewahrt.</translation>
    </message>
    <message>
      <source>The flights cannot be read.</source>
      <translation>Die Anfragen können nicht gelesen werden.</translation>
    </message>
    <message>
      <source>Next difference</source>
      <translation>Nächster Unterschied</translation>
    </message>
    <message>
      <source>Previous difference</source>
      <translation>Voriger Unterschied</translation>
    </message>
    <message>
      <source>Differences</source>
      <translation>Unterschiede</translation>
    </message>
    <message>
      <source>Parts of the comparison</source>
      <translation>Teile des Vergleichs</translation>
    </message>
    <message>
      <source>Right</source>
      <translation>Rechts</translation>
    </message>
    <message>
      <source>Left</source>
      <translation>Links</translation>
    </message>
    <message>
      <source>Figures of both</source>
      <translation>Zahlen beider</translation>
    </message>
    <message>
      <source>Compare two flights</source>
      <translation>Zwei Anfragen vergleichen</translation>
    </message>
    <message>
      <source>Of it: connect…</source>
      <translation>davon: Verbindung …</translation>
    </message>
    <message>
      <source>Figure</source>
      <translation>Zahl</translation>
    </message>
    <message>
      <source>First difference</source>
      <translation>Erster Unterschied</translation>
    </message>
    <message>
      <source>Message 1,000</source>
      <translation>Message 1,000</translation>
    </message>
    <message>
      <source>Part</source>
      <translation>Teil</translation>
    </message>
    <message>
      <source>only right </source>
      <translation>nur rechts </translation>
    </message>
    <message>
      <source>Change</source>
      <translation>Änderung</translation>
    </message>
    <message>
      <source>Also what is the same</source>
      <translation>Auch, was gleich ist</translation>
    </message>
    <message>
      <source>Reading both flights…</source>
      <translation>Beide Anfragen werden gelesen …</translation>
    </message>
    <message>
      <source>%1, %2 failed</source>
      <translation>%1, %2 gescheitert</translation>
    </message>
    <message>
      <source>%1 to %2: %3</source>
      <translation>%1 bis %2: %3</translation>
    </message>
    <message>
      <source>Flights over time</source>
      <translation>Anfragen über die Zeit</translation>
    </message>
    <message>
      <source>The recorder drops bodies before it drops flights: what is told of this one is complete. A large body that the program had not written when it ended is left out as well.</source>
      <translation>Der Rekorder lässt Inhalte fallen, bevor er Anfragen fallen lässt: was von dieser gesagt wird, ist vollständig. Ein großer Inhalt, den das Programm bei ihrem Ende nicht geschrieben hatte, fehlt ebenfalls.</translation>
    </message>
    <message>
      <source>Bodies are kept when the recorder's level is full (recorder.level in the settings).</source>
      <translation>Inhalte werden aufbewahrt, wenn die Stufe des Rekorders full ist (recorder.level in den Einstellungen).</translation>
    </message>
    <message>
      <source>Unfold all</source>
      <translation>Alle aufklappen</translation>
    </message>
    <message>
      <source>Fold all</source>
      <translation>Alle zuklappen</translation>
    </message>
    <message>
      <source>View</source>
      <translation>Ansicht</translation>
    </message>
    <message>
      <source>%1 as text</source>
      <translation>%1 als Text</translation>
    </message>
    <message>
      <source>%1 as messages</source>
      <translation>%1 als Nachrichten</translation>
    </message>
    <message>
      <source>Response</source>
      <translation>Antwort</translation>
    </message>
    <message>
      <source>Request</source>
      <translation>Anfrage</translation>
    </message>
    <message>
      <source>Raw</source>
      <translation>Roh</translation>
    </message>
    <message>
      <source>Events</source>
      <translation>Ereignisse</translation>
    </message>
    <message>
      <source>Messages</source>
      <translation>Nachrichten</translation>
    </message>
    <message>
      <source>Request and answer as recorded</source>
      <translation>Anfrage und Antwort, wie aufgezeichnet</translation>
    </message>
    <message>
      <source>Load all (%1)</source>
      <translation>Alles laden (%1)</translation>
    </message>
    <message>
      <source>Only the first %1 are shown.</source>
      <translation>Nur die ersten %1 sind gezeigt.</translation>
    </message>
    <message>
      <source>Load all</source>
      <translation>Alles laden</translation>
    </message>
    <message>
      <source>%1 requests, %2 missed the cache. </source>
      <translation>%1 Anfragen, %2 verfehlten den Cache. </translation>
    </message>
    <message>
      <source>Requests of the conversation</source>
      <translation>Anfragen des Gesprächs</translation>
    </message>
    <message>
      <source>marked for the cache</source>
      <translation>für den Cache markiert</translation>
    </message>
    <message>
      <source>The prompt as its blocks</source>
      <translation>Der Prompt in seinen Blöcken</translation>
    </message>
    <message>
      <source>%1 requests of this conversation</source>
      <translation>%1 Anfragen dieses Gesprächs</translation>
    </message>
    <message>
      <source>It could not be read: %1</source>
      <translation>Nicht lesbar: %1</translation>
    </message>
    <message>
      <source>Blocks of the prompt</source>
      <translation>Blöcke des Prompts</translation>
    </message>
    <message>
      <source>Blocks</source>
      <translation>Blöcke</translation>
    </message>
    <message>
      <source>The first difference</source>
      <translation>Der erste Unterschied</translation>
    </message>
    <message>
      <source>Cache</source>
      <translation>Cache</translation>
    </message>
    <message>
      <source>Comparing with earlier requests …</source>
      <translation>Mit früheren Anfragen wird verglichen …</translation>
    </message>
    <message>
      <source>The request has not been answered yet.</source>
      <translation>Die Anfrage ist noch nicht beantwortet.</translation>
    </message>
    <message>
      <source> · replay of %1</source>
      <translation> · Wiederholung von %1</translation>
    </message>
    <message>
      <source>no provider</source>
      <translation>kein Anbieter</translation>
    </message>
    <message>
      <source>Show its job</source>
      <translation>Ihren Auftrag zeigen</translation>
    </message>
    <message>
      <source>Copy more</source>
      <translation>Mehr kopieren</translation>
    </message>
    <message>
      <source>Parts of the flight</source>
      <translation>Teile der Anfrage</translation>
    </message>
    <message>
      <source>Show job</source>
      <translation>Auftrag zeigen</translation>
    </message>
    <message>
      <source>Copy</source>
      <translation>Kopieren</translation>
    </message>
    <message>
      <source>Ask again (Ctrl+R)</source>
      <translation>Nochmals fragen (Strg+R)</translation>
    </message>
    <message>
      <source>Copy as curl</source>
      <translation>Als curl kopieren</translation>
    </message>
    <message>
      <source>Route</source>
      <translation>Route</translation>
    </message>
    <message>
      <source>Timeline</source>
      <translation>Ablauf</translation>
    </message>
    <message>
      <source>Overview</source>
      <translation>Übersicht</translation>
    </message>
    <message>
      <source>list of findings</source>
      <translation>Liste der Funde</translation>
    </message>
    <message>
      <source>Prompt guards</source>
      <translation>Schutzregeln für Prompts</translation>
    </message>
    <message>
      <source>list of losses</source>
      <translation>Liste der Verluste</translation>
    </message>
    <message>
      <source>Lost in translation</source>
      <translation>Beim Übersetzen verloren</translation>
    </message>
    <message>
      <source>Overview of the flight</source>
      <translation>Übersicht der Anfrage</translation>
    </message>
    <message>
      <source>Cache hit rate</source>
      <translation>Cache-Trefferquote</translation>
    </message>
    <message>
      <source>Go to %1</source>
      <translation>Zu %1</translation>
    </message>
    <message>
      <source>Show the setting</source>
      <translation>Einstellung zeigen</translation>
    </message>
    <message>
      <source>Rules passed over</source>
      <translation>Übergangene Regeln</translation>
    </message>
    <message>
      <source>Route of the flight</source>
      <translation>Route der Anfrage</translation>
    </message>
    <message>
      <source>Enter on a heading folds or unfolds it.</source>
      <translation>Enter auf einer Überschrift klappt sie zu oder auf.</translation>
    </message>
    <message>
      <source>Remove filter %1</source>
      <translation>Filter %1 entfernen</translation>
    </message>
    <message>
      <source>Follow the newest flight (Space)</source>
      <translation>Der neuesten Anfrage folgen (Leertaste)</translation>
    </message>
    <message>
      <source>Only %1 %2</source>
      <translation>Nur %1 %2</translation>
    </message>
    <message>
      <source>Searching …</source>
      <translation>Wird gesucht …</translation>
    </message>
    <message>
      <source>Saved filters</source>
      <translation>Gespeicherte Filter</translation>
    </message>
    <message>
      <source>Columns</source>
      <translation>Spalten</translation>
    </message>
    <message>
      <source>Follow</source>
      <translation>Folgen</translation>
    </message>
    <message>
      <source>Filter: words, or model:claude* cost&gt;0.05 since:2h</source>
      <translation>Filter: Wörter, oder model:claude* cost&gt;0.05 since:2h</translation>
    </message>
    <message>
      <source>A minus in front turns a term round; quotes hold words together.</source>
      <translation>Ein Minus davor kehrt einen Begriff um; Anführungszeichen halten Wörter zusammen.</translation>
    </message>
    <message>
      <source>Running</source>
      <translation>Läuft</translation>
    </message>
    <message>
      <source>Errors</source>
      <translation>Fehler</translation>
    </message>
    <message>
      <source>Remove «%1»</source>
      <translation>„%1“ entfernen</translation>
    </message>
    <message>
      <source>Save this filter…</source>
      <translation>Diesen Filter speichern …</translation>
    </message>
    <message>
      <source>Its mark is taken away.</source>
      <translation>Die Markierung ist entfernt.</translation>
    </message>
    <message>
      <source>Marked.</source>
      <translation>Markiert.</translation>
    </message>
    <message>
      <source>Take the mark away</source>
      <translation>Markierung entfernen</translation>
    </message>
    <message>
      <source>Note</source>
      <translation>Notiz</translation>
    </message>
    <message>
      <source>Nothing has to be said</source>
      <translation>Muss nichts enthalten</translation>
    </message>
    <message>
      <source>Mark</source>
      <translation>Markieren</translation>
    </message>
    <message>
      <source>Save note</source>
      <translation>Notiz speichern</translation>
    </message>
    <message>
      <source>Save filter</source>
      <translation>Filter speichern</translation>
    </message>
    <message>
      <source>This flight was not recorded.</source>
      <translation>Diese Anfrage wurde nicht aufgezeichnet.</translation>
    </message>
    <message>
      <source>Flight id copied.</source>
      <translation>Kennung der Anfrage kopiert.</translation>
    </message>
    <message>
      <source>Answer copied.</source>
      <translation>Antwort kopiert.</translation>
    </message>
    <message>
      <source>Request copied.</source>
      <translation>Anfrage kopiert.</translation>
    </message>
    <message>
      <source>Copied as curl.</source>
      <translation>Als curl kopiert.</translation>
    </message>
    <message>
      <source>Mark…</source>
      <translation>Markieren …</translation>
    </message>
    <message>
      <source>Add to a regression set…</source>
      <translation>Zu einem Prüfsatz hinzufügen …</translation>
    </message>
    <message>
      <source>Ask again…</source>
      <translation>Nochmals fragen …</translation>
    </message>
    <message>
      <source>Copy flight id</source>
      <translation>Kennung kopieren</translation>
    </message>
    <message>
      <source>Copy answer text</source>
      <translation>Antworttext kopieren</translation>
    </message>
    <message>
      <source>Copy request JSON</source>
      <translation>Anfrage als JSON kopieren</translation>
    </message>
    <message>
      <source>Choose a second flight with Ctrl and a click, then compare the two.</source>
      <translation>Eine zweite Anfrage mit Strg und Klick wählen, dann beide vergleichen.</translation>
    </message>
    <message>
      <source>A marked flight is kept until its mark is taken away, and found by marked:yes and note:…</source>
      <translation>Eine markierte Anfrage bleibt, bis die Markierung entfernt wird, und wird mit marked:yes und note:… gefunden</translation>
    </message>
    <message>
      <source>Show the newest flights (Home)</source>
      <translation>Die neuesten Anfragen zeigen (Pos1)</translation>
    </message>
    <message>
      <source>Nothing was exported</source>
      <translation>Nichts wurde exportiert</translation>
    </message>
    <message>
      <source>Nothing was exported.</source>
      <translation>Nichts wurde exportiert.</translation>
    </message>
    <message>
      <source>Export canceled; nothing was written.</source>
      <translation>Export abgebrochen; nichts wurde geschrieben.</translation>
    </message>
    <message>
      <source>Exporting</source>
      <translation>Export läuft</translation>
    </message>
    <message>
      <source>Export flights</source>
      <translation>Anfragen exportieren</translation>
    </message>
    <message>
      <source>Export the list (%1)…</source>
      <translation>Liste exportieren (%1) …</translation>
    </message>
    <message>
      <source>Export %1…</source>
      <translation>%1 exportieren …</translation>
    </message>
    <message>
      <source>Export this flight…</source>
      <translation>Diese Anfrage exportieren …</translation>
    </message>
    <message>
      <source>The test flight failed: %1</source>
      <translation>Die Testanfrage ist gescheitert: %1</translation>
    </message>
    <message>
      <source>test flight</source>
      <translation>Testanfrage</translation>
    </message>
    <message>
      <source>%1 without the filter.</source>
      <translation>%1 ohne den Filter.</translation>
    </message>
    <message>
      <source>Clear filter</source>
      <translation>Filter aufheben</translation>
    </message>
    <message>
      <source>Filter flights</source>
      <translation>Anfragen filtern</translation>
    </message>
    <message>
      <source>Anthropic</source>
      <translation>Anthropic</translation>
    </message>
    <message>
      <source>The flights database belongs to a later version of this program.</source>
      <translation>Die Datenbank der Anfragen gehört zu einer neueren Fassung dieses Programms.</translation>
    </message>
    <message>
      <source>The flights database is damaged.</source>
      <translation>Die Datenbank der Anfragen ist beschädigt.</translation>
    </message>
    <message>
      <source>Send a test flight</source>
      <translation>Testanfrage senden</translation>
    </message>
    <message>
      <source>Sending …</source>
      <translation>Wird gesendet …</translation>
    </message>
    <message>
      <source>No flights yet. Send one:</source>
      <translation>Noch keine Anfragen. Eine senden:</translation>
    </message>
    <message>
      <source>The gateway is not running. Its address will stand here when it is.</source>
      <translation>Das Gateway läuft nicht. Sobald es läuft, steht hier seine Adresse.</translation>
    </message>
    <message>
      <source>Flights are not being recorded: the latest are listed, and gone when this program ends.</source>
      <translation>Anfragen werden nicht aufgezeichnet: die letzten stehen in der Liste und sind fort, wenn dieses Programm endet.</translation>
    </message>
    <message>
      <source>Point a program at this gateway, or paste this into a terminal.</source>
      <translation>Ein Programm auf dieses Gateway richten, oder dies in ein Terminal einfügen.</translation>
    </message>
    <message>
      <source>Compare with the first</source>
      <translation>Mit der ersten vergleichen</translation>
    </message>
    <message>
      <source>%1 of %2 …</source>
      <translation>%1 von %2 …</translation>
    </message>
    <message>
      <source>Cancelled; what had ended is recorded.</source>
      <translation>Abgebrochen; was fertig war, ist aufgezeichnet.</translation>
    </message>
    <message>
      <source>replay a flight</source>
      <translation>eine Anfrage wiederholen</translation>
    </message>
    <message>
      <source>plan a replay</source>
      <translation>eine Wiederholung planen</translation>
    </message>
    <message>
      <source>The flight cannot be read.</source>
      <translation>Die Anfrage kann nicht gelesen werden.</translation>
    </message>
    <message>
      <source>%1 It was taken from %2.</source>
      <translation>%1 Es wurde aus %2 genommen.</translation>
    </message>
    <message>
      <source>The secret that was removed</source>
      <translation>Das entfernte Geheimnis</translation>
    </message>
    <message>
      <source>Other members</source>
      <translation>Andere Felder</translation>
    </message>
    <message>
      <source>What the user says last</source>
      <translation>Was zuletzt gefragt wird</translation>
    </message>
    <message>
      <source>Times</source>
      <translation>Wie oft</translation>
    </message>
    <message>
      <source>Reading the flight…</source>
      <translation>Die Anfrage wird gelesen …</translation>
    </message>
    <message>
      <source>Send the marks that stand in its place instead</source>
      <translation>Stattdessen die Zeichen senden, die an seiner Stelle stehen</translation>
    </message>
    <message>
      <source>Tools that the answer calls are shown and not run.</source>
      <translation>Werkzeuge, die die Antwort aufruft, werden gezeigt und nicht ausgeführt.</translation>
    </message>
    <message>
      <source>It is sent, and never written down.</source>
      <translation>Es wird gesendet und nie aufgeschrieben.</translation>
    </message>
    <message>
      <source>Of the request itself, as a JSON object; null takes one away.</source>
      <translation>Der Anfrage selbst, als JSON-Objekt; null nimmt eines weg.</translation>
    </message>
    <message>
      <source>Empty: as before. Several with commas; each is asked.</source>
      <translation>Leer: wie zuvor. Mehrere mit Kommas; jedes wird gefragt.</translation>
    </message>
    <message>
      <source>Reset columns</source>
      <translation>Spalten zurücksetzen</translation>
    </message>
    <message>
      <source>  (no room)</source>
      <translation>  (kein Platz)</translation>
    </message>
    <message>
      <source>Close flight</source>
      <translation>Anfrage schließen</translation>
    </message>
    <message>
      <source>Space</source>
      <translation>Leertaste</translation>
    </message>
    <message>
      <source>Follow newest</source>
      <translation>Der neuesten folgen</translation>
    </message>
    <message>
      <source>Open flight</source>
      <translation>Anfrage öffnen</translation>
    </message>
    <message>
      <source>Previous flight</source>
      <translation>Vorige Anfrage</translation>
    </message>
    <message>
      <source>Next flight</source>
      <translation>Nächste Anfrage</translation>
    </message>
    <message>
      <source>%1+ new</source>
      <translation>%1+ neu</translation>
    </message>
    <message>
      <source>No room for %1</source>
      <translation>Kein Platz für %1</translation>
    </message>
</context>
  <context>
    <name>ui/jobs</name>
    <message>
      <source>hand a job over</source>
      <translation>einen Auftrag übergeben</translation>
    </message>
    <message>
      <source>Handing over …</source>
      <translation>Wird übergeben …</translation>
    </message>
    <message>
      <source>what another CLI would be told</source>
      <translation>was einer anderen CLI gesagt würde</translation>
    </message>
    <message>
      <source>As this job has it</source>
      <translation>Wie dieser Auftrag</translation>
    </message>
    <message>
      <source>Does not go along</source>
      <translation>Geht nicht mit</translation>
    </message>
    <message>
      <source>What it is told</source>
      <translation>Was ihr gesagt wird</translation>
    </message>
    <message>
      <source>Account</source>
      <translation>Konto</translation>
    </message>
    <message>
      <source>To</source>
      <translation>An</translation>
    </message>
    <message>
      <source>Hand over</source>
      <translation>Übergeben</translation>
    </message>
    <message>
      <source>Change it as you like: the other one is told exactly this.</source>
      <translation>Ändern Sie es, wie Sie mögen: genau das bekommt der andere gesagt.</translation>
    </message>
    <message>
      <source>No job of this session is kept any more.</source>
      <translation>Von dieser Sitzung ist kein Auftrag mehr da.</translation>
    </message>
    <message>
      <source>Hand over…</source>
      <translation>Übergeben …</translation>
    </message>
    <message>
      <source>Go on with another CLI</source>
      <translation>Mit einem anderen CLI fortfahren</translation>
    </message>
    <message>
      <source>Show it</source>
      <translation>Zeigen</translation>
    </message>
    <message>
      <source>Handed over.</source>
      <translation>Übergeben.</translation>
    </message>
    <message>
      <source>Job id copied.</source>
      <translation>Kennung des Auftrags kopiert.</translation>
    </message>
    <message>
      <source>Saved in %1.</source>
      <translation>Gespeichert in %1.</translation>
    </message>
    <message>
      <source>save files of a job</source>
      <translation>Dateien eines Auftrags speichern</translation>
    </message>
    <message>
      <source>Save its files in</source>
      <translation>Seine Dateien speichern in</translation>
    </message>
    <message>
      <source>Its working folder is not there any more.</source>
      <translation>Sein Arbeitsordner ist nicht mehr da.</translation>
    </message>
    <message>
      <source>It has not answered anything.</source>
      <translation>Er hat nichts geantwortet.</translation>
    </message>
    <message>
      <source>copy the answer</source>
      <translation>die Antwort kopieren</translation>
    </message>
    <message>
      <source>It goes on when its limit is over.</source>
      <translation>Er geht weiter, wenn seine Grenze vorbei ist.</translation>
    </message>
    <message>
      <source>It goes on.</source>
      <translation>Er geht weiter.</translation>
    </message>
    <message>
      <source>go on with a parked job</source>
      <translation>mit einem wartenden Auftrag weitermachen</translation>
    </message>
    <message>
      <source>let a parked job go on</source>
      <translation>einen wartenden Auftrag weiterlaufen lassen</translation>
    </message>
    <message>
      <source>go on with a session</source>
      <translation>eine Sitzung fortsetzen</translation>
    </message>
    <message>
      <source>Leave it</source>
      <translation>Lassen</translation>
    </message>
    <message>
      <source>%1 is told that it was interrupted and shall go on, as a job of its own in the session of «%2».%3</source>
      <translation>%1 erfährt, dass es unterbrochen wurde und weitermachen soll, als eigener Auftrag in der Sitzung von „%2“.%3</translation>
    </message>
    <message>
      <source>Go on with this session?</source>
      <translation>Diese Sitzung fortsetzen?</translation>
    </message>
    <message>
      <source> It may change files%1.</source>
      <translation> Er darf Dateien ändern%1.</translation>
    </message>
    <message>
      <source>run again</source>
      <translation>nochmals laufen lassen</translation>
    </message>
    <message>
      <source>Run again</source>
      <translation>Nochmals laufen lassen</translation>
    </message>
    <message>
      <source>%1 is asked the same once more, as a job of its own: «%2».%3%4</source>
      <translation>%1 wird dasselbe nochmals gefragt, als eigener Auftrag: „%2“.%3%4</translation>
    </message>
    <message>
      <source>Run this job again?</source>
      <translation>Diesen Auftrag nochmals laufen lassen?</translation>
    </message>
    <message>
      <source> Last time it cost %1.</source>
      <translation> Zuletzt hat das %1 gekostet.</translation>
    </message>
    <message>
      <source>Canceled.</source>
      <translation>Abgebrochen.</translation>
    </message>
    <message>
      <source>Canceling …</source>
      <translation>Wird abgebrochen …</translation>
    </message>
    <message>
      <source>Let it run</source>
      <translation>Laufen lassen</translation>
    </message>
    <message>
      <source>Cancel the job</source>
      <translation>Auftrag abbrechen</translation>
    </message>
    <message>
      <source>«%1» is stopped with all that it started. What it has changed so far stays as it is%2.</source>
      <translation>„%1“ wird mit allem angehalten, was daraus gestartet wurde. Was bisher geändert wurde, bleibt, wie es ist%2.</translation>
    </message>
    <message>
      <source>Cancel this job?</source>
      <translation>Diesen Auftrag abbrechen?</translation>
    </message>
    <message>
      <source>Copy job id</source>
      <translation>Kennung des Auftrags kopieren</translation>
    </message>
    <message>
      <source>Open working folder</source>
      <translation>Arbeitsordner öffnen</translation>
    </message>
    <message>
      <source>Show its requests</source>
      <translation>Seine Anfragen zeigen</translation>
    </message>
    <message>
      <source>Show its flight</source>
      <translation>Seine Anfrage zeigen</translation>
    </message>
    <message>
      <source>Copy answer</source>
      <translation>Antwort kopieren</translation>
    </message>
    <message>
      <source>Go on now</source>
      <translation>Jetzt weiter</translation>
    </message>
    <message>
      <source>Go on when its limit is over</source>
      <translation>Weiter, wenn seine Grenze vorbei ist</translation>
    </message>
    <message>
      <source>Go on with its session…</source>
      <translation>Seine Sitzung fortsetzen …</translation>
    </message>
    <message>
      <source>Run again…</source>
      <translation>Nochmals laufen lassen …</translation>
    </message>
    <message>
      <source>Del</source>
      <translation>Del</translation>
    </message>
    <message>
      <source>Cancel job…</source>
      <translation>Auftrag abbrechen …</translation>
    </message>
    <message>
      <source>Save its files…</source>
      <translation>Seine Dateien speichern …</translation>
    </message>
    <message>
      <source>Open its files</source>
      <translation>Seine Dateien öffnen</translation>
    </message>
    <message>
      <source>New job…</source>
      <translation>Neuer Auftrag …</translation>
    </message>
    <message>
      <source>Filter by any word</source>
      <translation>Nach einem Wort filtern</translation>
    </message>
    <message>
      <source>List</source>
      <translation>Liste</translation>
    </message>
    <message>
      <source>All CLIs</source>
      <translation>Alle CLIs</translation>
    </message>
    <message>
      <source>Canceled</source>
      <translation>Abgebrochen</translation>
    </message>
    <message>
      <source>Failed or lost</source>
      <translation>Gescheitert oder verloren</translation>
    </message>
    <message>
      <source>Completed</source>
      <translation>Abgeschlossen</translation>
    </message>
    <message>
      <source>Running or waiting</source>
      <translation>Läuft oder wartet</translation>
    </message>
    <message>
      <source>All states</source>
      <translation>Alle Stände</translation>
    </message>
    <message>
      <source>Sessions</source>
      <translation>Sitzungen</translation>
    </message>
    <message>
      <source>changes of a job</source>
      <translation>Änderungen eines Auftrags</translation>
    </message>
    <message>
      <source>Take it back all the same</source>
      <translation>Trotzdem zurücknehmen</translation>
    </message>
    <message>
      <source>Lose what was changed since?</source>
      <translation>Verlieren, was seitdem geändert wurde?</translation>
    </message>
    <message>
      <source>Take it back</source>
      <translation>Zurücknehmen</translation>
    </message>
    <message>
      <source>Of this job %1 becomes as it was before, in %2. Commits and branches stay as they are.</source>
      <translation>Von diesem Auftrag wird %1 wie zuvor, in %2. Commits und Branches bleiben, wie sie sind.</translation>
    </message>
    <message>
      <source>Take it back?</source>
      <translation>Zurücknehmen?</translation>
    </message>
    <message>
      <source>all that it changed</source>
      <translation>alles, was er geändert hat</translation>
    </message>
    <message>
      <source>Take it back…</source>
      <translation>Zurücknehmen …</translation>
    </message>
    <message>
      <source>There are no lines to show.</source>
      <translation>Es gibt keine Zeilen zu zeigen.</translation>
    </message>
    <message>
      <source>And %1 more.</source>
      <translation>Und %1 weitere.</translation>
    </message>
    <message>
      <source>Seen</source>
      <translation>Gesehen</translation>
    </message>
    <message>
      <source>added</source>
      <translation>dazu</translation>
    </message>
    <message>
      <source>deleted</source>
      <translation>gelöscht</translation>
    </message>
    <message>
      <source>renamed</source>
      <translation>umbenannt</translation>
    </message>
    <message>
      <source>Changes of a job</source>
      <translation>Änderungen eines Auftrags</translation>
    </message>
    <message>
      <source>More</source>
      <translation>Mehr</translation>
    </message>
    <message>
      <source>Requests</source>
      <translation>Anfragen</translation>
    </message>
    <message>
      <source>Asks you</source>
      <translation>Fragt nach</translation>
    </message>
    <message>
      <source>As its CLI told it. %1</source>
      <translation>Wie seine CLI es sagt. %1</translation>
    </message>
    <message>
      <source>Tokens in → out. %1</source>
      <translation>Token hinein → heraus. %1</translation>
    </message>
    <message>
      <source>How long it ran, or has been running or waiting</source>
      <translation>Wie lange er lief, läuft oder wartet</translation>
    </message>
    <message>
      <source>28 Nov 23:59</source>
      <translation>28 Nov 23:59</translation>
    </message>
    <message>
      <source>When it was asked for</source>
      <translation>Wann er verlangt wurde</translation>
    </message>
    <message>
      <source>Asked</source>
      <translation>Verlangt</translation>
    </message>
    <message>
      <source>The program that asked for it</source>
      <translation>Das Programm, das ihn verlangt hat</translation>
    </message>
    <message>
      <source>How its prompt begins</source>
      <translation>Wie sein Prompt beginnt</translation>
    </message>
    <message>
      <source>Job</source>
      <translation>Auftrag</translation>
    </message>
    <message>
      <source>The vendor's program that does it</source>
      <translation>Das Programm des Herstellers, das ihn ausführt</translation>
    </message>
    <message>
      <source>How it stands</source>
      <translation>Wie er steht</translation>
    </message>
    <message>
      <source>Stay at the end as it grows (End)</source>
      <translation>Am Ende bleiben, während es wächst (Ende)</translation>
    </message>
    <message>
      <source>Go on…</source>
      <translation>Weiter …</translation>
    </message>
    <message>
      <source>Go on then</source>
      <translation>Dann weiter</translation>
    </message>
    <message>
      <source>It waits for your answer.</source>
      <translation>Er wartet auf eine Antwort.</translation>
    </message>
    <message>
      <source>Parts of the job</source>
      <translation>Teile des Auftrags</translation>
    </message>
    <message>
      <source>Details</source>
      <translation>Einzelheiten</translation>
    </message>
    <message>
      <source>No jobs yet.</source>
      <translation>Noch keine Aufträge.</translation>
    </message>
    <message>
      <source>Dismiss</source>
      <translation>Ausblenden</translation>
    </message>
    <message>
      <source>a job's worktree</source>
      <translation>der Worktree eines Auftrags</translation>
    </message>
    <message>
      <source>Remove its worktree?</source>
      <translation>Seinen Worktree entfernen?</translation>
    </message>
    <message>
      <source>Remove its worktree…</source>
      <translation>Seinen Worktree entfernen …</translation>
    </message>
    <message>
      <source>All changes in its worktree…</source>
      <translation>Alle Änderungen in seinem Worktree …</translation>
    </message>
    <message>
      <source>What it changed…</source>
      <translation>Was er geändert hat …</translation>
    </message>
    <message>
      <source>This job has no worktree of its own.</source>
      <translation>Dieser Auftrag hat keinen eigenen Worktree.</translation>
    </message>
    <message>
      <source>What can be chosen cannot be read now.</source>
      <translation>Was sich wählen lässt, kann jetzt nicht gelesen werden.</translation>
    </message>
    <message>
      <source>start a job</source>
      <translation>einen Auftrag starten</translation>
    </message>
    <message>
      <source>Starting …</source>
      <translation>Wird gestartet …</translation>
    </message>
    <message>
      <source>Another…</source>
      <translation>Ein anderes …</translation>
    </message>
    <message>
      <source>The one that it chooses</source>
      <translation>Was sie selbst wählt</translation>
    </message>
    <message>
      <source>Its usual one, %1</source>
      <translation>Ihr übliches, %1</translation>
    </message>
    <message>
      <source>No CLI that the gateway can run is installed and switched on.</source>
      <translation>Keine CLI, die das Gateway ausführen kann, ist installiert und eingeschaltet.</translation>
    </message>
    <message>
      <source>Worktree</source>
      <translation>Worktree</translation>
    </message>
    <message>
      <source>Before it acts</source>
      <translation>Bevor er handelt</translation>
    </message>
    <message>
      <source>Where</source>
      <translation>Wo</translation>
    </message>
    <message>
      <source>Other model</source>
      <translation>Anderes Modell</translation>
    </message>
    <message>
      <source>Prompt</source>
      <translation>Prompt</translation>
    </message>
    <message>
      <source>Its name, as the CLI knows it</source>
      <translation>Sein Name, wie die CLI ihn kennt</translation>
    </message>
    <message>
      <source>What is to be done? Ctrl+Enter starts it.</source>
      <translation>Was ist zu tun? Strg+Enter startet.</translation>
    </message>
    <message>
      <source>Start</source>
      <translation>Starten</translation>
    </message>
    <message>
      <source>New job</source>
      <translation>Neuer Auftrag</translation>
    </message>
    <message>
      <source>Choose a folder that lies in a git repository.</source>
      <translation>Wählen Sie einen Ordner, der in einem Git-Repository liegt.</translation>
    </message>
    <message>
      <source>Your own checkout stays as it is; its changes lie on a branch.</source>
      <translation>Ihr eigener Arbeitsstand bleibt, wie er ist; seine Änderungen liegen auf einem Zweig.</translation>
    </message>
    <message>
      <source>Without a folder it sees none of your files.</source>
      <translation>Ohne Ordner sieht er keine Ihrer Dateien.</translation>
    </message>
    <message>
      <source>The settings let only agents run that ask (approvals.agents).</source>
      <translation>Die Einstellungen lassen nur Agenten laufen, die fragen (approvals.agents).</translation>
    </message>
    <message>
      <source>This CLI cannot be made to ask: its own settings and your rules count.</source>
      <translation>Diese CLI fragt nicht: ihre eigenen Einstellungen und die Regeln gelten.</translation>
    </message>
    <message>
      <source>It asks nobody: its own settings and your rules count.</source>
      <translation>Er fragt niemanden: seine eigenen Einstellungen und Ihre Regeln gelten.</translation>
    </message>
    <message>
      <source>Its questions come up on the screen; silence denies.</source>
      <translation>Seine Fragen erscheinen auf dem Bildschirm; Schweigen lehnt ab.</translation>
    </message>
    <message>
      <source>In a git worktree of its own</source>
      <translation>In einem eigenen Git-Worktree</translation>
    </message>
    <message>
      <source>Ask me before it acts</source>
      <translation>Fragen, bevor er handelt</translation>
    </message>
    <message>
      <source>An empty folder of its own</source>
      <translation>Ein eigener leerer Ordner</translation>
    </message>
    <message>
      <source>Earlier output is left out: the last %1 lines are shown.</source>
      <translation>Frühere Ausgabe fehlt: die letzten %1 Zeilen sind gezeigt.</translation>
    </message>
    <message>
      <source>Filter jobs</source>
      <translation>Aufträge filtern</translation>
    </message>
    <message>
      <source>Runs again.</source>
      <translation>Läuft nochmals.</translation>
    </message>
    <message>
      <source>Started.</source>
      <translation>Gestartet.</translation>
    </message>
    <message>
      <source>Forgotten.</source>
      <translation>Vergessen.</translation>
    </message>
    <message>
      <source>forget a session</source>
      <translation>eine Sitzung vergessen</translation>
    </message>
    <message>
      <source>Forget it</source>
      <translation>Vergessen</translation>
    </message>
    <message>
      <source>«%1» cannot be gone on with through the gateway any more. What was said stays with %2.</source>
      <translation>„%1“ lässt sich über das Gateway nicht mehr fortsetzen. Was gesagt wurde, bleibt bei %2.</translation>
    </message>
    <message>
      <source>Forget this session?</source>
      <translation>Diese Sitzung vergessen?</translation>
    </message>
    <message>
      <source>The jobs cannot be read now.</source>
      <translation>Die Aufträge können jetzt nicht gelesen werden.</translation>
    </message>
    <message>
      <source>The jobs cannot be read.</source>
      <translation>Die Aufträge können nicht gelesen werden.</translation>
    </message>
    <message>
      <source>Tell of long jobs that ended</source>
      <translation>Das Ende langer Aufträge melden</translation>
    </message>
    <message>
      <source>They could not be stopped: %1</source>
      <translation>Sie konnten nicht angehalten werden: %1</translation>
    </message>
    <message>
      <source>stop all jobs</source>
      <translation>alle Aufträge anhalten</translation>
    </message>
    <message>
      <source>Stopping …</source>
      <translation>Wird angehalten …</translation>
    </message>
    <message>
      <source>and %1 more</source>
      <translation>und %1 weitere</translation>
    </message>
    <message>
      <source>Leave running</source>
      <translation>Laufen lassen</translation>
    </message>
    <message>
      <source>Wait until they end, then quit</source>
      <translation>Ihr Ende abwarten, dann beenden</translation>
    </message>
    <message>
      <source>Stop all and quit</source>
      <translation>Alle anhalten und beenden</translation>
    </message>
    <message>
      <source>Don't quit</source>
      <translation>Nicht beenden</translation>
    </message>
    <message>
      <source>They can go on without this app: the next start finds them again, with all that they wrote. Programs reach no models until then.</source>
      <translation>Sie können ohne diese Anwendung weiterlaufen: der nächste Start findet sie wieder, mit allem, was sie geschrieben haben. Bis dahin erreichen Programme keine Modelle.</translation>
    </message>
    <message>
      <source>The CLI's own id of the session copied.</source>
      <translation>Die CLI-eigene Kennung der Sitzung kopiert.</translation>
    </message>
    <message>
      <source>Forget…</source>
      <translation>Vergessen …</translation>
    </message>
    <message>
      <source>Copy its id</source>
      <translation>Ihre Kennung kopieren</translation>
    </message>
    <message>
      <source>Show its jobs</source>
      <translation>Ihre Aufträge zeigen</translation>
    </message>
    <message>
      <source>A run that goes on with an earlier one belongs to its session; it will stand here until nobody has used it for long.</source>
      <translation>Ein Lauf, der einen früheren fortsetzt, gehört zu dessen Sitzung; sie steht hier, bis sie lange niemand benutzt hat.</translation>
    </message>
    <message>
      <source>No sessions.</source>
      <translation>Keine Sitzungen.</translation>
    </message>
    <message>
      <source>Last used</source>
      <translation>Zuletzt benutzt</translation>
    </message>
  </context>
  <context>
    <name>ui/log</name>
    <message>
      <source>Log</source>
      <translation>Protokoll</translation>
    </message>
    <message>
      <source>The report is in %1.</source>
      <translation>Der Bericht liegt in %1.</translation>
    </message>
    <message>
      <source>%1 cannot be written: %2.</source>
      <translation>%1 kann nicht geschrieben werden: %2.</translation>
    </message>
    <message>
      <source>The report is in the clipboard.</source>
      <translation>Der Bericht liegt in der Zwischenablage.</translation>
    </message>
    <message>
      <source>Text (*.md)</source>
      <translation>Text (*.md)</translation>
    </message>
    <message>
      <source>Save the report</source>
      <translation>Bericht speichern</translation>
    </message>
    <message>
      <source>Report of a fault</source>
      <translation>Bericht über einen Fehler</translation>
    </message>
    <message>
      <source>Save …</source>
      <translation>Speichern …</translation>
    </message>
    <message>
      <source>Report</source>
      <translation>Bericht</translation>
    </message>
    <message>
      <source>The report could not be made: %1</source>
      <translation>Der Bericht konnte nicht erstellt werden: %1</translation>
    </message>
    <message>
      <source>Looking at programs, providers and settings …</source>
      <translation>Programme, Anbieter und Einstellungen werden angesehen …</translation>
    </message>
    <message>
      <source> Paused: what comes now is shown when you go on.</source>
      <translation> Angehalten: was jetzt kommt, wird beim Weitermachen gezeigt.</translation>
    </message>
    <message>
      <source>Nothing matches.</source>
      <translation>Nichts passt.</translation>
    </message>
    <message>
      <source>The log is empty.</source>
      <translation>Das Protokoll ist leer.</translation>
    </message>
    <message>
      <source>%1 cannot be read: %2.</source>
      <translation>%1 kann nicht gelesen werden: %2.</translation>
    </message>
    <message>
      <source>Filter the log</source>
      <translation>Protokoll filtern</translation>
    </message>
    <message>
      <source>Copy for a bug report</source>
      <translation>Für einen Fehlerbericht kopieren</translation>
    </message>
    <message>
      <source>Open the folder</source>
      <translation>Ordner öffnen</translation>
    </message>
    <message>
      <source>Which entries are shown</source>
      <translation>Welche Einträge gezeigt werden</translation>
    </message>
    <message>
      <source>Filter by words</source>
      <translation>Nach Wörtern filtern</translation>
    </message>
    <message>
      <source>Nothing has been sent. Secrets are taken out and your own folder is called ~; names of providers, clients and hosts are in it. Look it over, then copy or save it.</source>
      <translation>Nichts wurde gesendet. Geheimnisse sind herausgenommen, der eigene Ordner heißt ~; Namen von Anbietern, Clients und Rechnern stehen darin. Bitte durchsehen, dann kopieren oder speichern.</translation>
    </message>
    <message>
      <source>Warnings</source>
      <translation>Warnungen</translation>
    </message>
  </context>
  <context>
    <name>ui/loop</name>
    <message>
      <source>Exception in callback %1</source>
      <translation>Exception in callback %1</translation>
    </message>
    <message>
      <source>Qt's event loop runs already; asyncio must be the one to start it</source>
      <translation>Qt's event loop runs already; asyncio must be the one to start it</translation>
    </message>
    <message>
      <source>a task failed while the loop wound up</source>
      <translation>a task failed while the loop wound up</translation>
    </message>
    <message>
      <source>wind up</source>
      <translation>wind up</translation>
    </message>
    <message>
      <source>Qt hosts the loop, so the application must be made first</source>
      <translation>Qt hosts the loop, so the application must be made first</translation>
    </message>
  </context>
  <context>
    <name>ui/overview</name>
    <message>
      <source>being routed</source>
      <translation>wird zugeteilt</translation>
    </message>
    <message>
      <source>waiting for the first token</source>
      <translation>wartet auf das erste Token</translation>
    </message>
    <message>
      <source>Flights by provider</source>
      <translation>Anfragen nach Anbieter</translation>
    </message>
    <message>
      <source>Under way</source>
      <translation>Läuft gerade</translation>
    </message>
    <message>
      <source>Count the flights of practice providers, too: nobody was asked, nothing was spent</source>
      <translation>Auch die Anfragen von Übungsanbietern zählen: niemand wurde gefragt, nichts wurde ausgegeben</translation>
    </message>
    <message>
      <source>Practice</source>
      <translation>Übung</translation>
    </message>
    <message>
      <source>Practice, %1 left out</source>
      <translation>Übung, %1 ausgelassen</translation>
    </message>
    <message>
      <source>Kept for you</source>
      <translation>Reserviert</translation>
    </message>
    <message>
      <source>Show the jobs</source>
      <translation>Aufträge zeigen</translation>
    </message>
    <message>
      <source>Time span</source>
      <translation>Zeitraum</translation>
    </message>
    <message>
      <source>Flights that failed or were cut off.</source>
      <translation>Anfragen, die scheiterten oder abgebrochen wurden.</translation>
    </message>
    <message>
      <source>Bills of vendors where they tell one, else by public prices, or yours, where they are known.</source>
      <translation>Rechnungen der Hersteller, wo sie eine nennen, sonst nach öffentlichen oder eigenen Preisen, wo sie bekannt sind.</translation>
    </message>
    <message>
      <source>Tokens that models generated, reasoning included.</source>
      <translation>Token, die Modelle erzeugt haben, samt Denken.</translation>
    </message>
    <message>
      <source>Output tokens</source>
      <translation>Ausgabe-Token</translation>
    </message>
    <message>
      <source>Time from the request to the first byte of the answer: the median.</source>
      <translation>Zeit von der Anfrage bis zum ersten Byte der Antwort: der Median.</translation>
    </message>
    <message>
      <source>Share of the input tokens that providers read from their cache.</source>
      <translation>Anteil der Eingabe-Token, die Anbieter aus ihrem Cache gelesen haben.</translation>
    </message>
    <message>
      <source>Cache hit</source>
      <translation>Cache-Treffer</translation>
    </message>
    <message>
      <source>Requests that ended in this time span.</source>
      <translation>Anfragen, die in diesem Zeitraum endeten.</translation>
    </message>
    <message>
      <source>24 hours</source>
      <translation>24 Stunden</translation>
    </message>
    <message>
      <source>1 hour</source>
      <translation>1 Stunde</translation>
    </message>
    <message>
      <source>15 min</source>
      <translation>15 Min.</translation>
    </message>
    <message>
      <source>Go: %1</source>
      <translation>Los: %1</translation>
    </message>
    <message>
      <source>Go</source>
      <translation>Los</translation>
    </message>
    <message>
      <source>To do</source>
      <translation>Zu tun</translation>
    </message>
    <message>
      <source>%1 of %2 done</source>
      <translation>%1 von %2 erledigt</translation>
    </message>
    <message>
      <source>Put the first steps away</source>
      <translation>Die ersten Schritte wegräumen</translation>
    </message>
    <message>
      <source>Welcome</source>
      <translation>Willkommen</translation>
    </message>
    <message>
      <source>Getting started</source>
      <translation>Erste Schritte</translation>
    </message>
    <message>
      <source>Answered by the built-in practice model: free and offline.</source>
      <translation>Beantwortet vom eingebauten Übungsmodell: kostenlos und ohne Netz.</translation>
    </message>
    <message>
      <source>Paste this into a terminal, or let the gateway send a request to itself.</source>
      <translation>In ein Terminal einfügen, oder das Gateway sich selbst eine Anfrage senden lassen.</translation>
    </message>
    <message>
      <source>Each program gets a key of its own; it is shown once.</source>
      <translation>Jedes Programm bekommt einen eigenen Schlüssel; er wird einmal gezeigt.</translation>
    </message>
    <message>
      <source>Set one of these as the base URL in an editor, a coding agent or a script.</source>
      <translation>Eine davon als Basis-URL in einem Editor, einem Programmier-Agenten oder einem Skript eintragen.</translation>
    </message>
    <message>
      <source>Programs on this computer ask their models through LLM Gateway, and every request shows up here: what was asked, who answered, how fast, how much came from the cache.</source>
      <translation>Programme auf diesem Computer fragen ihre Modelle über LLM Gateway, und jede Anfrage erscheint hier: was gefragt wurde, wer geantwortet hat, wie schnell, wie viel aus dem Cache kam.</translation>
    </message>
    <message>
      <source>Or try it now</source>
      <translation>Oder gleich versuchen</translation>
    </message>
    <message>
      <source>API key</source>
      <translation>API-Schlüssel</translation>
    </message>
    <message>
      <source>Point a program here</source>
      <translation>Ein Programm hierher richten</translation>
    </message>
    <message>
      <source>The gateway is not open</source>
      <translation>Das Gateway ist nicht offen</translation>
    </message>
    <message>
      <source>Ready for your first flight</source>
      <translation>Bereit für die erste Anfrage</translation>
    </message>
    <message>
      <source>key command</source>
      <translation>Befehl für einen Schlüssel</translation>
    </message>
    <message>
      <source>Its addresses, and a first request to send, will stand here as soon as it is.</source>
      <translation>Sobald es offen ist, stehen hier seine Adressen und eine erste Anfrage zum Senden.</translation>
    </message>
    <message>
      <source>first token %1, p95 %2</source>
      <translation>erstes Token %1, p95 %2</translation>
    </message>
    <message>
      <source>%1 tokens in</source>
      <translation>%1 Token hinein</translation>
    </message>
    <message>
      <source>Logarithmic latency</source>
      <translation>Wartezeit logarithmisch</translation>
    </message>
    <message>
      <source>Show these flights</source>
      <translation>Diese Anfragen zeigen</translation>
    </message>
    <message>
      <source>Overview, larger</source>
      <translation>Übersicht, größer</translation>
    </message>
    <message>
      <source>Wheel or + −: zoom · drag: move · ← →: point by point · click: keep the point · double-click or Enter: its flights · 0: all · L: logarithmic</source>
      <translation>Rad oder + −: Zoom · ziehen: verschieben · ← →: Punkt für Punkt · Klick: Punkt festhalten · Doppelklick oder Enter: seine Anfragen · 0: alles · L: logarithmisch</translation>
    </message>
    <message>
      <source>Point at a stretch, or press → to read one.</source>
      <translation>Auf einen Abschnitt zeigen oder → drücken, um ihn zu lesen.</translation>
    </message>
    <message>
      <source>&lt;span style='color: %1'&gt;■&lt;/span&gt; %2</source>
      <translation>&lt;span style='color: %1'&gt;■&lt;/span&gt; %2</translation>
    </message>
    <message>
      <source>Charts: %1</source>
      <translation>Diagramme: %1</translation>
    </message>
    <message>
      <source>Charts</source>
      <translation>Diagramme</translation>
    </message>
    <message>
      <source>No price of these flights is known.</source>
      <translation>Für keine dieser Anfragen ist ein Preis bekannt.</translation>
    </message>
    <message>
      <source>No answer came with its time to the first token.</source>
      <translation>Keine Antwort kam mit ihrer Zeit bis zum ersten Token.</translation>
    </message>
    <message>
      <source>No provider told how many tokens it read.</source>
      <translation>Kein Anbieter hat gesagt, wie viele Token er gelesen hat.</translation>
    </message>
    <message>
      <source>Time to the first token</source>
      <translation>Zeit bis zum ersten Token</translation>
    </message>
    <message>
      <source>Input tokens by source</source>
      <translation>Eingabe-Token nach Herkunft</translation>
    </message>
    <message>
      <source>Median</source>
      <translation>Median</translation>
    </message>
    <message>
      <source>95th percentile</source>
      <translation>95. Perzentil</translation>
    </message>
    <message>
      <source>Not told</source>
      <translation>Nicht gesagt</translation>
    </message>
    <message>
      <source>Fresh</source>
      <translation>Neu</translation>
    </message>
    <message>
      <source>Cache write</source>
      <translation>Cache geschrieben</translation>
    </message>
    <message>
      <source>Cache read</source>
      <translation>Cache gelesen</translation>
    </message>
    <message>
      <source>Flights under way</source>
      <translation>Laufende Anfragen</translation>
    </message>
    <message>
      <source>Nothing is under way.</source>
      <translation>Gerade läuft nichts.</translation>
    </message>
    <message>
      <source>Show charts larger</source>
      <translation>Diagramme größer zeigen</translation>
    </message>
    <message>
      <source>pyqtgraph and numpy, which draw them, cannot be read in: install the program anew, or both (pip install pyqtgraph). %1</source>
      <translation>pyqtgraph und numpy, die sie zeichnen, können nicht geladen werden: das Programm neu installieren, oder beide (pip install pyqtgraph). %1</translation>
    </message>
    <message>
      <source>The larger charts cannot be drawn.</source>
      <translation>Die größeren Diagramme können nicht gezeichnet werden.</translation>
    </message>
    <message>
      <source>Click or Enter: its flights</source>
      <translation>Klick oder Enter: die Anfragen dazu</translation>
    </message>
    <message>
      <source>Click or Enter: larger charts, and its flights</source>
      <translation>Klick oder Enter: größere Diagramme und die Anfragen dazu</translation>
    </message>
    <message>
      <source>Next</source>
      <translation>Weiter</translation>
    </message>
    <message>
      <source>Finish</source>
      <translation>Fertig</translation>
    </message>
    <message>
      <source>The request failed: %1</source>
      <translation>Die Anfrage ist gescheitert: %1</translation>
    </message>
    <message>
      <source>first request</source>
      <translation>erste Anfrage</translation>
    </message>
    <message>
      <source>look around for the welcome</source>
      <translation>umsehen für das Willkommen</translation>
    </message>
    <message>
      <source>Later</source>
      <translation>Später</translation>
    </message>
    <message>
      <source>Back</source>
      <translation>Zurück</translation>
    </message>
    <message>
      <source>Ask a model yourself</source>
      <translation>Selbst ein Modell fragen</translation>
    </message>
    <message>
      <source>The gateway sends a request to itself, as any program would. The built-in practice model answers: free and offline. Its flight opens by itself, and the welcome is over.</source>
      <translation>Das Gateway sendet sich selbst eine Anfrage, wie jedes Programm es täte. Das eingebaute Übungsmodell antwortet: kostenlos und ohne Netz. Die Anfrage öffnet sich von selbst, und die Begrüßung ist vorbei.</translation>
    </message>
    <message>
      <source>Each request becomes a flight. It lies on this computer and is deleted after a while; how much of it is kept is your choice, now and later in Settings.</source>
      <translation>Jede Anfrage wird aufgezeichnet. Die Aufzeichnung liegt auf diesem Computer und wird nach einer Weile gelöscht; wie viel davon bleibt, lässt sich jetzt und später in den Einstellungen wählen.</translation>
    </message>
    <message>
      <source>Nothing was found, which is no harm: the practice model answers without an account, and Providers, Clients and Jobs lead on from there.</source>
      <translation>Nichts wurde gefunden, und das macht nichts: das Übungsmodell antwortet ohne Konto, und die Seiten Anbieter, Clients und Aufträge führen weiter.</translation>
    </message>
    <message>
      <source>Looking for CLIs, local servers, keys and programs …</source>
      <translation>CLIs, lokale Server, Schlüssel und Programme werden gesucht …</translation>
    </message>
    <message>
      <source>Programs on this computer ask their models through LLM Gateway, and it asks the providers. It listens on this computer alone. Nothing below is used before you say so.</source>
      <translation>Programme auf diesem Computer fragen ihre Modelle über LLM Gateway, und es fragt die Anbieter. Es ist nur auf diesem Computer erreichbar. Nichts von dem, was unten steht, wird ungefragt benutzt.</translation>
    </message>
    <message>
      <source>A first request</source>
      <translation>Eine erste Anfrage</translation>
    </message>
    <message>
      <source>What is recorded</source>
      <translation>Was aufgezeichnet wird</translation>
    </message>
    <message>
      <source>What was found here</source>
      <translation>Was hier gefunden wurde</translation>
    </message>
    <message>
      <source>Done: %1</source>
      <translation>Fertig: %1</translation>
    </message>
    <message>
      <source>To do: %1</source>
      <translation>Zu tun: %1</translation>
    </message>
    <message>
      <source>Cost by</source>
      <translation>Kosten nach</translation>
    </message>
    <message>
      <source>no model</source>
      <translation>kein Modell</translation>
    </message>
    <message>
      <source>no client</source>
      <translation>kein Client</translation>
    </message>
    <message>
      <source>no conversation</source>
      <translation>kein Gespräch</translation>
    </message>
</context>
  <context>
    <name>ui/providers</name>
    <message>
      <source>Providers</source>
      <translation>Anbieter</translation>
    </message>
    <message>
      <source>Small letters, digits, - and _. Flights and routes call it PROVIDER/NAME.</source>
      <translation>Kleine Buchstaben, Ziffern, - und _. Anfragen und Routen nennen es PROVIDER/NAME.</translation>
    </message>
    <message>
      <source>Change account %1</source>
      <translation>Konto %1 ändern</translation>
    </message>
    <message>
      <source>Add an account to %1</source>
      <translation>%1: Konto hinzufügen</translation>
    </message>
    <message>
      <source>Ask it again now</source>
      <translation>Jetzt wieder fragen</translation>
    </message>
    <message>
      <source>Name another key…</source>
      <translation>Anderen Schlüssel nennen …</translation>
    </message>
    <message>
      <source>Edit %1</source>
      <translation>%1 bearbeiten</translation>
    </message>
    <message>
      <source>Use account %1</source>
      <translation>Konto %1 verwenden</translation>
    </message>
    <message>
      <source>Sign in with</source>
      <translation>Anmelden mit</translation>
    </message>
    <message>
      <source>Checking …</source>
      <translation>Wird geprüft …</translation>
    </message>
    <message>
      <source>Use %1</source>
      <translation>%1 verwenden</translation>
    </message>
    <message>
      <source>Settings of %1…</source>
      <translation>Einstellungen von %1 …</translation>
    </message>
    <message>
      <source>Sign in…</source>
      <translation>Anmelden …</translation>
    </message>
    <message>
      <source>sign-in command</source>
      <translation>Befehl zum Anmelden</translation>
    </message>
    <message>
      <source>No terminal could be opened. Run this in one, then press Check:</source>
      <translation>Kein Terminal ließ sich öffnen. Dies in einem ausführen, dann Prüfen drücken:</translation>
    </message>
    <message>
      <source>Its sign-in is open in a terminal. Press Check when you are done there.</source>
      <translation>Die Anmeldung ist in einem Terminal geöffnet. Danach hier Prüfen drücken.</translation>
    </message>
    <message>
      <source>Asks the program for its version and flags, and ends its rest; its vendor is not asked</source>
      <translation>Fragt das Programm nach Fassung und Schaltern und beendet seine Ruhe; sein Hersteller wird nicht gefragt</translation>
    </message>
    <message>
      <source>Opens its own sign-in in a terminal</source>
      <translation>Öffnet die eigene Anmeldung in einem Terminal</translation>
    </message>
    <message>
      <source>How to install the CLIs</source>
      <translation>Wie sich die CLIs installieren lassen</translation>
    </message>
    <message>
      <source>Hide how to install the CLIs</source>
      <translation>Nicht mehr zeigen, wie sich die CLIs installieren lassen</translation>
    </message>
    <message>
      <source>How to install</source>
      <translation>Wie installieren</translation>
    </message>
    <message>
      <source>Hide</source>
      <translation>Ausblenden</translation>
    </message>
    <message>
      <source>command for %1</source>
      <translation>Befehl für %1</translation>
    </message>
    <message>
      <source>Not installed: %1</source>
      <translation>Nicht installiert: %1</translation>
    </message>
    <message>
      <source>Vendors' CLIs</source>
      <translation>CLIs der Hersteller</translation>
    </message>
    <message>
      <source>The vendors' own programs here, with your sign-in. Only requests that name them reach them: claude-cli/sonnet.</source>
      <translation>Die eigenen Programme der Hersteller, mit der eigenen Anmeldung. Nur Anfragen, die sie nennen, erreichen sie: claude-cli/sonnet.</translation>
    </message>
    <message>
      <source>the CLI's own choice</source>
      <translation>die Wahl der CLI</translation>
    </message>
    <message>
      <source>Settings of %1</source>
      <translation>Einstellungen von %1</translation>
    </message>
    <message>
      <source>models of %1</source>
      <translation>Modelle von %1</translation>
    </message>
    <message>
      <source>Prices: %1</source>
      <translation>Preise: %1</translation>
    </message>
    <message>
      <source>Models of %1</source>
      <translation>Modelle von %1</translation>
    </message>
    <message>
      <source>Ask it…</source>
      <translation>Fragen …</translation>
    </message>
    <message>
      <source>Copy its name</source>
      <translation>Namen kopieren</translation>
    </message>
    <message>
      <source>Search by name or ability</source>
      <translation>Nach Name oder Fähigkeit suchen</translation>
    </message>
    <message>
      <source>It lists no models. Name them in the settings, as models.</source>
      <translation>Er nennt keine Modelle. Bitte in den Einstellungen nennen, als models.</translation>
    </message>
    <message>
      <source>Asking for its list of models, which costs nothing …</source>
      <translation>Die Liste der Modelle wird erfragt; das kostet nichts …</translation>
    </message>
    <message>
      <source>Context</source>
      <translation>Kontext</translation>
    </message>
    <message>
      <source>Answer</source>
      <translation>Antwort</translation>
    </message>
    <message>
      <source>Can</source>
      <translation>Kann</translation>
    </message>
    <message>
      <source>%1 cannot answer now</source>
      <translation>%1 kann jetzt nicht antworten</translation>
    </message>
    <message>
      <source>look for Ollama</source>
      <translation>Ollama suchen</translation>
    </message>
    <message>
      <source>Add it</source>
      <translation>Hinzufügen</translation>
    </message>
    <message>
      <source>Use it</source>
      <translation>Verwenden</translation>
    </message>
    <message>
      <source>Add provider…</source>
      <translation>Anbieter hinzufügen …</translation>
    </message>
    <message>
      <source>Asks 127.0.0.1:11434 once</source>
      <translation>Fragt einmal 127.0.0.1:11434</translation>
    </message>
    <message>
      <source>Look for Ollama</source>
      <translation>Ollama suchen</translation>
    </message>
    <message>
      <source>Test %1</source>
      <translation>%1 prüfen</translation>
    </message>
    <message>
      <source>Test</source>
      <translation>Prüfen</translation>
    </message>
    <message>
      <source>Testing …</source>
      <translation>Wird geprüft …</translation>
    </message>
    <message>
      <source>Use provider %1</source>
      <translation>Anbieter %1 verwenden</translation>
    </message>
    <message>
      <source>Account…</source>
      <translation>Konto …</translation>
    </message>
    <message>
      <source>Models…</source>
      <translation>Modelle …</translation>
    </message>
    <message>
      <source>Another key for the same provider: by turns, or when the first is used up</source>
      <translation>Ein weiterer Schlüssel für denselben Anbieter: im Wechsel, oder wenn der erste aufgebraucht ist</translation>
    </message>
    <message>
      <source>Asks 127.0.0.1:11434 once, when you press the button.</source>
      <translation>Fragt einmal 127.0.0.1:11434, wenn der Knopf gedrückt wird.</translation>
    </message>
    <message>
      <source>LM Studio, vLLM, llama.cpp or anything else that speaks as OpenAI does.</source>
      <translation>LM Studio, vLLM, llama.cpp oder alles andere, was wie OpenAI spricht.</translation>
    </message>
    <message>
      <source>Anthropic, OpenAI, Google, Groq or OpenRouter, with a key of yours.</source>
      <translation>Anthropic, OpenAI, Google, Groq oder OpenRouter, mit einem eigenen Schlüssel.</translation>
    </message>
    <message>
      <source>A provider answers the requests of your programs. Until there is one, the practice models do: offline and free.</source>
      <translation>Ein Anbieter beantwortet die Anfragen der Programme. Solange keiner da ist, antworten die Übungsmodelle: ohne Netz und kostenlos.</translation>
    </message>
    <message>
      <source>Looking …</source>
      <translation>Wird gesucht …</translation>
    </message>
    <message>
      <source>No provider yet</source>
      <translation>Noch kein Anbieter</translation>
    </message>
    <message>
      <source>Ollama on this computer</source>
      <translation>Ollama auf diesem Computer</translation>
    </message>
    <message>
      <source>A server of your own</source>
      <translation>Ein eigener Server</translation>
    </message>
    <message>
      <source>A vendor's API</source>
      <translation>Die API eines Herstellers</translation>
    </message>
    <message>
      <source>Add a server…</source>
      <translation>Server hinzufügen …</translation>
    </message>
    <message>
      <source>Add a vendor…</source>
      <translation>Hersteller hinzufügen …</translation>
    </message>
    <message>
      <source>Not now</source>
      <translation>Nicht jetzt</translation>
    </message>
    <message>
      <source>Dismiss: %1</source>
      <translation>Ausblenden: %1</translation>
    </message>
    <message>
      <source>Nothing to do</source>
      <translation>Nichts zu tun</translation>
    </message>
    <message>
      <source>Small letters, digits, - and _. Programs can ask for it as NAME/MODEL.</source>
      <translation>Kleine Buchstaben, Ziffern, - und _. Programme können ihn als NAME/MODEL verlangen.</translation>
    </message>
    <message>
      <source>Left empty: as HTTPS_PROXY and NO_PROXY of the environment say; none for no proxy.</source>
      <translation>Leer: wie HTTPS_PROXY und NO_PROXY der Umgebung sagen; none für keinen Proxy.</translation>
    </message>
    <message>
      <source>With /v1 where it needs one.</source>
      <translation>Mit /v1, wo nötig.</translation>
    </message>
    <message>
      <source>Leave it empty for the vendor's own.</source>
      <translation>Leer lassen für die des Herstellers.</translation>
    </message>
    <message>
      <source>Beside those of its accounts: %1.</source>
      <translation>Neben denen seiner Konten: %1.</translation>
    </message>
    <message>
      <source>It is on this computer or in my own network</source>
      <translation>Er steht auf diesem Computer oder im eigenen Netz</translation>
    </message>
    <message>
      <source>What it is</source>
      <translation>Was es ist</translation>
    </message>
    <message>
      <source>Add a provider</source>
      <translation>Anbieter hinzufügen</translation>
    </message>
    <message>
      <source>It is not set where the gateway was started: set it there and start the gateway again.</source>
      <translation>Sie ist nicht gesetzt, wo das Gateway gestartet wurde: dort setzen und das Gateway neu starten.</translation>
    </message>
    <message>
      <source>The name of the variable that holds the key, never the key itself.</source>
      <translation>Der Name der Variable mit dem Schlüssel, nie der Schlüssel selbst.</translation>
    </message>
    <message>
      <source>It goes into the vault, encrypted. The settings file names only its entry.</source>
      <translation>Er kommt verschlüsselt in den Tresor. Die Einstellungsdatei nennt nur seinen Eintrag.</translation>
    </message>
    <message>
      <source>A new key</source>
      <translation>Ein neuer Schlüssel</translation>
    </message>
    <message>
      <source>%1, which is not there</source>
      <translation>%1, den es nicht gibt</translation>
    </message>
    <message>
      <source>It is set where the gateway was started.</source>
      <translation>Sie ist gesetzt, wo das Gateway gestartet wurde.</translation>
    </message>
    <message>
      <source>Key</source>
      <translation>Schlüssel</translation>
    </message>
    <message>
      <source>Entry of the vault</source>
      <translation>Eintrag im Tresor</translation>
    </message>
    <message>
      <source>Environment variable</source>
      <translation>Umgebungsvariable</translation>
    </message>
    <message>
      <source>Its key</source>
      <translation>Sein Schlüssel</translation>
    </message>
    <message>
      <source>Entry</source>
      <translation>Eintrag</translation>
    </message>
    <message>
      <source>Where its key is</source>
      <translation>Wo sein Schlüssel ist</translation>
    </message>
    <message>
      <source>No key</source>
      <translation>Kein Schlüssel</translation>
    </message>
    <message>
      <source>Vault</source>
      <translation>Tresor</translation>
    </message>
  </context>
  <context>
    <name>ui/questions</name>
    <message>
      <source>Leaves this one waiting and opens the list</source>
      <translation>Lässt diese warten und öffnet die Liste</translation>
    </message>
    <message>
      <source>All questions</source>
      <translation>Alle Fragen</translation>
    </message>
    <message>
      <source>Fewer details</source>
      <translation>Weniger Einzelheiten</translation>
    </message>
    <message>
      <source>Until</source>
      <translation>Bis</translation>
    </message>
    <message>
      <source>seen as  </source>
      <translation>gesehen als  </translation>
    </message>
    <message>
      <source>Allow</source>
      <translation>Erlauben</translation>
    </message>
    <message>
      <source>It asks to</source>
      <translation>Es möchte</translation>
    </message>
    <message>
      <source>It will be sent back to</source>
      <translation>Es wird zurückgeschickt an</translation>
    </message>
    <message>
      <source>%1: all %2</source>
      <translation>%1: alle %2</translation>
    </message>
    <message>
      <source>%1 questions of one kind</source>
      <translation>%1 Fragen derselben Art</translation>
    </message>
    <message>
      <source>One answer for all of them. Close this to leave them waiting.</source>
      <translation>Eine Antwort für alle. Schließen lässt sie warten.</translation>
    </message>
    <message>
      <source>Refuse</source>
      <translation>Ablehnen</translation>
    </message>
    <message>
      <source>Waits</source>
      <translation>Wartet</translation>
    </message>
    <message>
      <source>Run</source>
      <translation>Lauf</translation>
    </message>
    <message>
      <source>A request waits for you</source>
      <translation>Eine Anfrage wartet auf eine Entscheidung</translation>
    </message>
    <message>
      <source>Deny with this note</source>
      <translation>Mit dieser Notiz ablehnen</translation>
    </message>
    <message>
      <source>Stop the job</source>
      <translation>Auftrag anhalten</translation>
    </message>
    <message>
      <source>Always allow…</source>
      <translation>Immer erlauben …</translation>
    </message>
    <message>
      <source>Always allow this</source>
      <translation>Dies immer erlauben</translation>
    </message>
    <message>
      <source>Allow for this job</source>
      <translation>Für diesen Auftrag erlauben</translation>
    </message>
    <message>
      <source>Allow for this session</source>
      <translation>Für diese Sitzung erlauben</translation>
    </message>
    <message>
      <source>Allow once</source>
      <translation>Einmal erlauben</translation>
    </message>
    <message>
      <source>Deny with a note…</source>
      <translation>Mit Notiz ablehnen …</translation>
    </message>
    <message>
      <source>What is always allowed:</source>
      <translation>Was immer erlaubt wird:</translation>
    </message>
    <message>
      <source>What is always allowed</source>
      <translation>Was immer erlaubt wird</translation>
    </message>
    <message>
      <source>Note for the agent</source>
      <translation>Notiz für den Agenten</translation>
    </message>
    <message>
      <source>What should the agent know?</source>
      <translation>Was soll der Agent wissen?</translation>
    </message>
    <message>
      <source>Looking at what it would have allowed …</source>
      <translation>Es wird nachgesehen, was das erlaubt hätte …</translation>
    </message>
    <message>
      <source>%1, which nobody has checked</source>
      <translation>%1, was niemand geprüft hat</translation>
    </message>
    <message>
      <source>Why it asks</source>
      <translation>Warum gefragt wird</translation>
    </message>
    <message>
      <source>%1 · asked for by %2</source>
      <translation>%1 · verlangt von %2</translation>
    </message>
    <message>
      <source>Tool</source>
      <translation>Werkzeug</translation>
    </message>
    <message>
      <source>%1, %2 characters: scroll to read all</source>
      <translation>%1, %2 Zeichen: zum Lesen weiterblättern</translation>
    </message>
    <message>
      <source>Getting all of it ready …</source>
      <translation>Alles wird vorbereitet …</translation>
    </message>
    <message>
      <source>A lasting rule: this client calls the tool unasked, with any arguments. You see it first.</source>
      <translation>Eine dauerhafte Regel: dieser Client ruft das Werkzeug ungefragt auf, mit beliebigen Argumenten. Sie wird vorher gezeigt.</translation>
    </message>
    <message>
      <source>A lasting rule: the like is not asked again, in any job. You see it first.</source>
      <translation>Eine dauerhafte Regel: dergleichen wird in keinem Auftrag mehr gefragt. Sie wird vorher gezeigt.</translation>
    </message>
    <message>
      <source> (click here)</source>
      <translation> (hier klicken)</translation>
    </message>
    <message>
      <source>Move the pointer, then press.</source>
      <translation>Erst den Zeiger bewegen, dann drücken.</translation>
    </message>
</context>
  <context>
    <name>ui/routes</name>
    <message>
      <source>Routes</source>
      <translation>Routen</translation>
    </message>
    <message>
      <source>Everything else goes by the model's name: the provider it names or that lists it, then the one whose vendor made it. practice/… is always answered by practice.</source>
      <translation>Alles andere geht nach dem Namen des Modells: zum Anbieter, den er nennt oder der es führt, dann zu dem, dessen Hersteller es gebaut hat. practice/… beantwortet immer die Übung.</translation>
    </message>
    <message>
      <source>There are no routes yet, and none are needed: every request goes by its model's name. Add one to send small requests to a cheaper model, or one program to one account.</source>
      <translation>Noch gibt es keine Routen, und es braucht keine: jede Anfrage geht nach dem Namen ihres Modells. Eine Route schickt zum Beispiel kleine Anfragen zu einem billigeren Modell oder ein Programm zu einem Konto.</translation>
    </message>
    <message>
      <source>The first that fits is used</source>
      <translation>Die erste, die passt, gilt</translation>
    </message>
    <message>
      <source>Usual order:</source>
      <translation>Übliche Reihenfolge:</translation>
    </message>
    <message>
      <source>Add route…</source>
      <translation>Route hinzufügen …</translation>
    </message>
    <message>
      <source>Usual order</source>
      <translation>Übliche Reihenfolge</translation>
    </message>
    <message>
      <source>One in a line, as provider:model. There is no provider yet.</source>
      <translation>Eines je Zeile, als provider:model. Noch gibt es keinen Anbieter.</translation>
    </message>
    <message>
      <source>Who answers</source>
      <translation>Wer antwortet</translation>
    </message>
    <message>
      <source>For which requests</source>
      <translation>Für welche Anfragen</translation>
    </message>
    <message>
      <source>A conversation stays with whoever answered it first</source>
      <translation>Ein Gespräch bleibt bei dem, der es zuerst beantwortet hat</translation>
    </message>
    <message>
      <source>Order</source>
      <translation>Reihenfolge</translation>
    </message>
    <message>
      <source>As for all: %1</source>
      <translation>Wie für alle: %1</translation>
    </message>
    <message>
      <source>Leads to</source>
      <translation>Führt zu</translation>
    </message>
    <message>
      <source>Asks for</source>
      <translation>Verlangt</translation>
    </message>
    <message>
      <source>Protocol</source>
      <translation>Protokoll</translation>
    </message>
    <message>
      <source>any, or claude-code | codex</source>
      <translation>beliebig, oder claude-code | codex</translation>
    </message>
    <message>
      <source>any, or claude-haiku-*</source>
      <translation>beliebig, oder claude-haiku-*</translation>
    </message>
    <message>
      <source>Change route %1</source>
      <translation>Route %1 ändern</translation>
    </message>
    <message>
      <source>Add a route</source>
      <translation>Route hinzufügen</translation>
    </message>
    <message>
      <source>Compaction</source>
      <translation>Verdichtung</translation>
    </message>
    <message>
      <source>Embeddings</source>
      <translation>Einbettungen</translation>
    </message>
    <message>
      <source>Token counts</source>
      <translation>Token-Zählungen</translation>
    </message>
    <message>
      <source>Anything</source>
      <translation>Alles</translation>
    </message>
    <message>
      <source>Any</source>
      <translation>Jedes</translation>
    </message>
    <message>
      <source>Alt+Up and Alt+Down move it, Enter edits it.</source>
      <translation>Alt+Auf und Alt+Ab verschieben sie, Enter bearbeitet sie.</translation>
    </message>
    <message>
      <source>Route %1, %2: %3; %4</source>
      <translation>Route %1, %2: %3; %4</translation>
    </message>
    <message>
      <source>Use</source>
      <translation>Verwenden</translation>
    </message>
    <message>
      <source>Edit</source>
      <translation>Bearbeiten</translation>
    </message>
    <message>
      <source>%1 · off</source>
      <translation>%1 · aus</translation>
    </message>
    <message>
      <source>Try it</source>
      <translation>Ausprobieren</translation>
    </message>
    <message>
      <source>Project</source>
      <translation>Projekt</translation>
    </message>
    <message>
      <source>Caller's label</source>
      <translation>Label des Aufrufers</translation>
    </message>
    <message>
      <source>Expected a number.</source>
      <translation>Eine Zahl wird erwartet.</translation>
    </message>
    <message>
      <source>Input tokens</source>
      <translation>Eingabe-Token</translation>
    </message>
    <message>
      <source>Name a model, and see who would be asked, in what order, and why. Nothing is sent.</source>
      <translation>Ein Modell nennen und sehen, wer gefragt würde, in welcher Reihenfolge und warum. Nichts wird gesendet.</translation>
    </message>
    <message>
      <source>Gemini</source>
      <translation>Gemini</translation>
    </message>
    <message>
      <source>Codex</source>
      <translation>Codex</translation>
    </message>
    <message>
      <source>Anthropic Messages</source>
      <translation>Anthropic Messages</translation>
    </message>
    <message>
      <source>OpenAI Chat</source>
      <translation>OpenAI Chat</translation>
    </message>
  </context>
  <context>
    <name>ui/scratch</name>
    <message>
      <source>Raw response</source>
      <translation>Rohantwort</translation>
    </message>
    <message>
      <source>is asked</source>
      <translation>wird gefragt</translation>
    </message>
    <message>
      <source>Scratch pad</source>
      <translation>Notizblock</translation>
    </message>
    <message>
      <source>Stop the answer</source>
      <translation>Antwort anhalten</translation>
    </message>
    <message>
      <source>Door</source>
      <translation>Tür</translation>
    </message>
    <message>
      <source>Nobody was asked.</source>
      <translation>Niemand wurde gefragt.</translation>
    </message>
    <message>
      <source>Asking …</source>
      <translation>Wird gefragt …</translation>
    </message>
    <message>
      <source>ask from the scratch pad</source>
      <translation>vom Notizblock fragen</translation>
    </message>
    <message>
      <source>models for the scratch pad</source>
      <translation>Modelle für den Notizblock</translation>
    </message>
    <message>
      <source>Temperature</source>
      <translation>Temperatur</translation>
    </message>
    <message>
      <source>Most tokens</source>
      <translation>Höchstens Token</translation>
    </message>
    <message>
      <source>System instructions</source>
      <translation>Systemanweisung</translation>
    </message>
    <message>
      <source>what is shown</source>
      <translation>was gezeigt wird</translation>
    </message>
    <message>
      <source>What is shown</source>
      <translation>Was gezeigt wird</translation>
    </message>
    <message>
      <source>Ask (Ctrl+Enter)</source>
      <translation>Fragen (Strg+Enter)</translation>
    </message>
    <message>
      <source>Stream</source>
      <translation>Stream</translation>
    </message>
    <message>
      <source>its usual</source>
      <translation>wie üblich</translation>
    </message>
    <message>
      <source>Ask, and the answer comes here word by word. Nothing is sent before.</source>
      <translation>Fragen, und die Antwort kommt hier Wort für Wort. Vorher wird nichts gesendet.</translation>
    </message>
  </context>
  <context>
    <name>ui/settings</name>
    <message>
      <source>Settings</source>
      <translation>Einstellungen</translation>
    </message>
    <message>
      <source>A client holds more connections than it may.</source>
      <translation>Ein Client hält mehr Verbindungen, als er darf.</translation>
    </message>
    <message>
      <source>Floods</source>
      <translation>Überflutung</translation>
    </message>
    <message>
      <source>An account is not what it was, requests are refused in a row, or a client's prompts come no longer from its vendor's cache.</source>
      <translation>Ein Konto ist nicht mehr, was es war, Anfragen werden mehrmals hintereinander abgelehnt, oder die Prompts eines Clients kommen nicht mehr aus dem Cache des Herstellers.</translation>
    </message>
    <message>
      <source>Alarms</source>
      <translation>Warnmeldungen</translation>
    </message>
    <message>
      <source>A budget is nearly or wholly used.</source>
      <translation>Ein Budget ist fast oder ganz verbraucht.</translation>
    </message>
    <message>
      <source>A job that ran for a minute or longer has ended.</source>
      <translation>Ein Auftrag, der eine Minute oder länger lief, ist zu Ende.</translation>
    </message>
    <message>
      <source>Long jobs</source>
      <translation>Lange Aufträge</translation>
    </message>
    <message>
      <source>A program wants to be let in, or an agent asks what it may do, and nobody has the window before them.</source>
      <translation>Ein Programm möchte herein, oder ein Agent fragt, was er darf, und niemand hat das Fenster vor sich.</translation>
    </message>
    <message>
      <source>Questions</source>
      <translation>Fragen</translation>
    </message>
    <message>
      <source>The icon beside the clock comes up with your session, and programs reach their models at once. Nothing else switches this on, and no update does.</source>
      <translation>Das Symbol neben der Uhr kommt mit der Anmeldung, und Programme erreichen sofort ihre Modelle. Nichts anderes schaltet das ein, auch keine Aktualisierung.</translation>
    </message>
    <message>
      <source>Whether the window is light or dark.</source>
      <translation>Ob das Fenster hell oder dunkel ist.</translation>
    </message>
    <message>
      <source>kept by the system: %1</source>
      <translation>vom System gemerkt: %1</translation>
    </message>
    <message>
      <source>kept by this window, not in the file</source>
      <translation>von diesem Fenster gemerkt, nicht in der Datei</translation>
    </message>
    <message>
      <source>Appearance</source>
      <translation>Aussehen</translation>
    </message>
    <message>
      <source>Start when I log in</source>
      <translation>Beim Anmelden starten</translation>
    </message>
    <message>
      <source>The first %1 of %2. Type more to find others.</source>
      <translation>Die ersten %1 von %2. Mehr tippen, um andere zu finden.</translation>
    </message>
    <message>
      <source>Every setting has its default.</source>
      <translation>Jede Einstellung hat ihren Standard.</translation>
    </message>
    <message>
      <source>Search settings</source>
      <translation>Einstellungen durchsuchen</translation>
    </message>
    <message>
      <source>%1 is yours: comments and order stay as they are.</source>
      <translation>%1 gehört der Person: Kommentare und Reihenfolge bleiben, wie sie sind.</translation>
    </message>
    <message>
      <source>Open the file</source>
      <translation>Datei öffnen</translation>
    </message>
    <message>
      <source>Which settings are shown</source>
      <translation>Welche Einstellungen gezeigt werden</translation>
    </message>
    <message>
      <source>Changed</source>
      <translation>Geändert</translation>
    </message>
    <message>
      <source>Search by name or meaning</source>
      <translation>Nach Name oder Bedeutung suchen</translation>
    </message>
    <message>
      <source>%1, %2 changed</source>
      <translation>%1, %2 geändert</translation>
    </message>
    <message>
      <source>Groups of settings</source>
      <translation>Gruppen von Einstellungen</translation>
    </message>
    <message>
      <source>%1%2 in the file.</source>
      <translation>%1%2 in der Datei.</translation>
    </message>
    <message>
      <source>Open %1</source>
      <translation>%1 öffnen</translation>
    </message>
    <message>
      <source>It cannot be changed: %1.</source>
      <translation>Nicht zu ändern: %1.</translation>
    </message>
    <message>
      <source>default %1 · %2</source>
      <translation>Standard %1 · %2</translation>
    </message>
    <message>
      <source>Changed.</source>
      <translation>Geändert.</translation>
    </message>
    <message>
      <source>%1 in the environment</source>
      <translation>%1 in der Umgebung</translation>
    </message>
    <message>
      <source>none by default</source>
      <translation>ohne Standard</translation>
    </message>
    <message>
      <source>%1 is set, and wins over the file.</source>
      <translation>%1 ist gesetzt und geht der Datei vor.</translation>
    </message>
    <message>
      <source>Set in the file.</source>
      <translation>In der Datei gesetzt.</translation>
    </message>
    <message>
      <source>Reset %1</source>
      <translation>%1 zurücksetzen</translation>
    </message>
    <message>
      <source>Reset</source>
      <translation>Zurücksetzen</translation>
    </message>
  </context>
  <context>
    <name>ui/shell</name>
    <message>
      <source>The program came without its changelog.</source>
      <translation>Das Programm kam ohne sein Änderungsprotokoll.</translation>
    </message>
    <message>
      <source>What is new</source>
      <translation>Was ist neu</translation>
    </message>
    <message>
      <source>Qt and PySide6</source>
      <translation>Qt und PySide6</translation>
    </message>
    <message>
      <source>LLM Gateway Desktop %1</source>
      <translation>LLM Gateway Desktop %1</translation>
    </message>
    <message>
      <source>Look for a newer version</source>
      <translation>Nach einer neueren Fassung sehen</translation>
    </message>
    <message>
      <source>Text</source>
      <translation>Text</translation>
    </message>
    <message>
      <source>About</source>
      <translation>Über</translation>
    </message>
    <message>
      <source>LLM Gateway Desktop is free software under the MIT licence. Its windows are drawn by Qt and PySide6 under the LGPL-3.0; what that grants you stands below, with the licences of all other parts.</source>
      <translation>LLM Gateway Desktop ist freie Software unter der MIT-Lizenz. Seine Fenster zeichnen Qt und PySide6 unter der LGPL-3.0; was sie gewährt, steht unten, mit den Lizenzen aller anderen Teile.</translation>
    </message>
    <message>
      <source>Programs keep reaching their models. Open or quit it from its icon.</source>
      <translation>Programme erreichen weiter ihre Modelle. Öffnen oder beenden lässt es sich über sein Symbol.</translation>
    </message>
    <message>
      <source>LLM Gateway is still running</source>
      <translation>LLM Gateway läuft weiter</translation>
    </message>
    <message>
      <source>start again</source>
      <translation>neu starten</translation>
    </message>
    <message>
      <source>%1: %2 after %3</source>
      <translation>%1: %2 nach %3</translation>
    </message>
    <message>
      <source>Show clients</source>
      <translation>Clients zeigen</translation>
    </message>
    <message>
      <source>Show client</source>
      <translation>Client zeigen</translation>
    </message>
    <message>
      <source> (%1 before it)</source>
      <translation> (davor %1)</translation>
    </message>
    <message>
      <source>%1 are nearly or wholly used</source>
      <translation>%1 sind fast oder ganz verbraucht</translation>
    </message>
    <message>
      <source>; and %1 more</source>
      <translation>; und %1 weitere</translation>
    </message>
    <message>
      <source>Open settings file</source>
      <translation>Einstellungsdatei öffnen</translation>
    </message>
    <message>
      <source>It is at %1</source>
      <translation>Sie liegt in %1</translation>
    </message>
    <message>
      <source>Filter flights by “%1”</source>
      <translation>Anfragen filtern nach “%1”</translation>
    </message>
    <message>
      <source>Flight</source>
      <translation>Anfrage</translation>
    </message>
    <message>
      <source>Flights that begin with %1</source>
      <translation>Anfragen, die mit %1 beginnen</translation>
    </message>
    <message>
      <source>Open flight %1</source>
      <translation>Anfrage %1 öffnen</translation>
    </message>
    <message>
      <source>Setting</source>
      <translation>Einstellung</translation>
    </message>
    <message>
      <source>Page</source>
      <translation>Seite</translation>
    </message>
    <message>
      <source>Action</source>
      <translation>Aktion</translation>
    </message>
    <message>
      <source>What was found</source>
      <translation>Was gefunden wurde</translation>
    </message>
    <message>
      <source>Go to anything: a page, an action, a job, a setting</source>
      <translation>Überallhin: eine Seite, eine Aktion, ein Auftrag, eine Einstellung</translation>
    </message>
    <message>
      <source>Go to anything</source>
      <translation>Überallhin</translation>
    </message>
    <message>
      <source>Enter opens it, Esc goes back. Type flt_ and digits for a flight.</source>
      <translation>Enter öffnet, Esc geht zurück. flt_ und Ziffern für eine Anfrage.</translation>
    </message>
    <message>
      <source>The browser shows %1. %2</source>
      <translation>Der Browser zeigt %1. %2</translation>
    </message>
    <message>
      <source>Open LLM Gateway to answer.</source>
      <translation>LLM Gateway öffnen, um zu antworten.</translation>
    </message>
    <message>
      <source>That question had its answer already.</source>
      <translation>Diese Frage war schon beantwortet.</translation>
    </message>
    <message>
      <source>It was not answered: %1.</source>
      <translation>Sie wurde nicht beantwortet: %1.</translation>
    </message>
    <message>
      <source>They were not answered: %1.</source>
      <translation>Sie wurden nicht beantwortet: %1.</translation>
    </message>
    <message>
      <source>answer several questions</source>
      <translation>mehrere Fragen beantworten</translation>
    </message>
    <message>
      <source>answer about the store</source>
      <translation>über den Speicher entscheiden</translation>
    </message>
    <message>
      <source>Quit, and start it again.</source>
      <translation>Beenden und neu starten.</translation>
    </message>
    <message>
      <source>Choose the file</source>
      <translation>Datei wählen</translation>
    </message>
    <message>
      <source>Its passphrase</source>
      <translation>Ihre Passphrase</translation>
    </message>
    <message>
      <source>File of a whole home</source>
      <translation>Datei eines ganzen Datenordners</translation>
    </message>
    <message>
      <source>Backup of gateway.db, or of a whole home</source>
      <translation>Sicherung von gateway.db oder eines ganzen Datenordners</translation>
    </message>
    <message>
      <source>Backup</source>
      <translation>Sicherung</translation>
    </message>
    <message>
      <source>Restore</source>
      <translation>Wiederherstellen</translation>
    </message>
    <message>
      <source>Restore a backup</source>
      <translation>Sicherung wiederherstellen</translation>
    </message>
    <message>
      <source>It is not the same.</source>
      <translation>Es ist nicht dieselbe.</translation>
    </message>
    <message>
      <source>Passphrase</source>
      <translation>Passphrase</translation>
    </message>
    <message>
      <source>Once more</source>
      <translation>Nochmals</translation>
    </message>
    <message>
      <source>Back up</source>
      <translation>Sichern</translation>
    </message>
    <message>
      <source>Back up this home</source>
      <translation>Diesen Datenordner sichern</translation>
    </message>
    <message>
      <source>What is there now is kept beside, and 'llmgw restore --undo' brings it back.</source>
      <translation>Was jetzt da ist, wird daneben aufbewahrt; 'llmgw restore --undo' bringt es zurück.</translation>
    </message>
    <message>
      <source>At least 10 characters. Without it nobody opens the backup, you neither.</source>
      <translation>Mindestens 10 Zeichen. Ohne sie öffnet niemand die Sicherung.</translation>
    </message>
    <message>
      <source>Settings, keys, the vault with its master key, flights and jobs.</source>
      <translation>Einstellungen, Schlüssel, der Tresor mit seinem Hauptschlüssel, Anfragen und Aufträge.</translation>
    </message>
    <message>
      <source>%1 (%2: %3 left)</source>
      <translation>%1 (%2: noch %3)</translation>
    </message>
    <message>
      <source>%1 for you</source>
      <translation>%1</translation>
    </message>
    <message>
      <source>questions wait</source>
      <translation>questions wait</translation>
    </message>
    <message>
      <source>question waits</source>
      <translation>question waits</translation>
    </message>
    <message>
      <source>All jobs</source>
      <translation>Alle Aufträge</translation>
    </message>
    <message>
      <source>Quit %1</source>
      <translation>%1 beenden</translation>
    </message>
    <message>
      <source>Settings…</source>
      <translation>Einstellungen …</translation>
    </message>
    <message>
      <source>Jobs (%1 under way)</source>
      <translation>Aufträge (%1 laufen)</translation>
    </message>
    <message>
      <source>questions wait…</source>
      <translation>questions wait…</translation>
    </message>
    <message>
      <source>question waits…</source>
      <translation>question waits…</translation>
    </message>
    <message>
      <source>Pause gateway</source>
      <translation>Gateway anhalten</translation>
    </message>
    <message>
      <source>Resume gateway</source>
      <translation>Gateway fortsetzen</translation>
    </message>
    <message>
      <source>Copy base URL</source>
      <translation>Basis-URL kopieren</translation>
    </message>
    <message>
      <source>Pause for an hour</source>
      <translation>Für eine Stunde anhalten</translation>
    </message>
    <message>
      <source>without words</source>
      <translation>ohne Worte</translation>
    </message>
  </context>
  <context>
    <name>ui/widgets</name>
    <message>
      <source>Copy %1</source>
      <translation>%1 kopieren</translation>
    </message>
    <message>
      <source>%1 in %2.%3</source>
      <translation>%1 in %2.%3</translation>
    </message>
    <message>
      <source> It is longer than is shown here.</source>
      <translation> Sie sind länger, als hier gezeigt wird.</translation>
    </message>
    <message>
      <source>Nothing is otherwise than where it began.</source>
      <translation>Nichts ist anders als am Anfang.</translation>
    </message>
    <message>
      <source>Changes of a worktree</source>
      <translation>Änderungen eines Worktrees</translation>
    </message>
    <message>
      <source>Nothing has been written. Making your change touches only the keys that it is about; the rest of the table stays as it is in the file.</source>
      <translation>Nichts wurde geschrieben. Die eigene Änderung berührt nur die Schlüssel, um die es geht; der Rest der Tabelle bleibt, wie er in der Datei steht.</translation>
    </message>
    <message>
      <source>[%1] was changed in the file meanwhile</source>
      <translation>[%1] wurde inzwischen in der Datei geändert</translation>
    </message>
    <message>
      <source>Make my change</source>
      <translation>Eigene Änderung vornehmen</translation>
    </message>
    <message>
      <source>Keep the file as it is</source>
      <translation>Datei lassen, wie sie ist</translation>
    </message>
    <message>
      <source>In the file now</source>
      <translation>Jetzt in der Datei</translation>
    </message>
    <message>
      <source>Your change here</source>
      <translation>Eigene Änderung hier</translation>
    </message>
    <message>
      <source>The settings were changed by hand</source>
      <translation>Die Einstellungen wurden von Hand geändert</translation>
    </message>
    <message>
      <source>(it would be removed)</source>
      <translation>(es würde entfernt)</translation>
    </message>
    <message>
      <source>(it is not in the file any more)</source>
      <translation>(es steht nicht mehr in der Datei)</translation>
    </message>
    <message>
      <source>Saving …</source>
      <translation>Wird gespeichert …</translation>
    </message>
    <message>
      <source>Expected %1.</source>
      <translation>Erwartet: %1.</translation>
    </message>
    <message>
      <source>%1 Expected: %2.</source>
      <translation>%1 Erwartet: %2.</translation>
    </message>
    <message>
      <source>Clear</source>
      <translation>Leeren</translation>
    </message>
    <message>
      <source>Select what was typed</source>
      <translation>Eingabe markieren</translation>
    </message>
    <message>
      <source>Select all</source>
      <translation>Alles markieren</translation>
    </message>
    <message>
      <source>tuple[QWidget, ...]</source>
      <translation>tuple[QWidget, ...]</translation>
    </message>
    <message>
      <source>Undo the last change</source>
      <translation>Letzte Änderung rückgängig machen</translation>
    </message>
    <message>
      <source>Move to the right side</source>
      <translation>Nach rechts legen</translation>
    </message>
    <message>
      <source>Move to the bottom</source>
      <translation>Nach unten legen</translation>
    </message>
    <message>
      <source>Close %1</source>
      <translation>Schließen: %1</translation>
    </message>
    <message>
      <source>Previous %1</source>
      <translation>Vorherige: %1</translation>
    </message>
    <message>
      <source>Next %1</source>
      <translation>Nächste: %1</translation>
    </message>
    <message>
      <source>+++ /dev/null</source>
      <translation>+++ /dev/null</translation>
    </message>
    <message>
      <source>--- /dev/null</source>
      <translation>--- /dev/null</translation>
    </message>
    <message>
      <source>diff --git </source>
      <translation>diff --git </translation>
    </message>
    <message>
      <source>Dez.</source>
      <translation>Dez.</translation>
    </message>
    <message>
      <source>Nov.</source>
      <translation>Nov.</translation>
    </message>
    <message>
      <source>Okt.</source>
      <translation>Okt.</translation>
    </message>
    <message>
      <source>Sep.</source>
      <translation>Sep.</translation>
    </message>
    <message>
      <source>Aug.</source>
      <translation>Aug.</translation>
    </message>
    <message>
      <source>Juli</source>
      <translation>Juli</translation>
    </message>
    <message>
      <source>Juni</source>
      <translation>Juni</translation>
    </message>
    <message>
      <source>Mai</source>
      <translation>Mai</translation>
    </message>
    <message>
      <source>Apr.</source>
      <translation>Apr.</translation>
    </message>
    <message>
      <source>Feb.</source>
      <translation>Feb.</translation>
    </message>
    <message>
      <source>Jan.</source>
      <translation>Jan.</translation>
    </message>
    <message>
      <source>Dec</source>
      <translation>Dec</translation>
    </message>
    <message>
      <source>Nov</source>
      <translation>Nov</translation>
    </message>
    <message>
      <source>Oct</source>
      <translation>Oct</translation>
    </message>
    <message>
      <source>Sep</source>
      <translation>Sep</translation>
    </message>
    <message>
      <source>Aug</source>
      <translation>Aug</translation>
    </message>
    <message>
      <source>Jul</source>
      <translation>Jul</translation>
    </message>
    <message>
      <source>Jun</source>
      <translation>Jun</translation>
    </message>
    <message>
      <source>May</source>
      <translation>Darf</translation>
    </message>
    <message>
      <source>Apr</source>
      <translation>Apr</translation>
    </message>
    <message>
      <source>Mar</source>
      <translation>Mar</translation>
    </message>
    <message>
      <source>Feb</source>
      <translation>Feb</translation>
    </message>
    <message>
      <source>Jan</source>
      <translation>Jan</translation>
    </message>
  </context>
  <context>
    <name>ui/window</name>
    <message>
      <source>Recording is off</source>
      <translation>Die Aufzeichnung ist aus</translation>
    </message>
    <message>
      <source>Use it as it is</source>
      <translation>So verwenden</translation>
    </message>
    <message>
      <source>Begin anew</source>
      <translation>Neu beginnen</translation>
    </message>
    <message>
      <source>Restore the backup of %1</source>
      <translation>Stand vom %1 einspielen</translation>
    </message>
    <message>
      <source>Restore it</source>
      <translation>Wiederherstellen</translation>
    </message>
    <message>
      <source>Since the start %1 flight%2 %3. </source>
      <translation>Seit dem Start: %1 Anfrage%2 %3. </translation>
    </message>
    <message>
      <source>s were</source>
      <translation>n wurden</translation>
    </message>
    <message>
      <source>It cannot be opened from here.</source>
      <translation>Von hier aus lässt es sich nicht öffnen.</translation>
    </message>
    <message>
      <source>Nothing is installed by itself.</source>
      <translation>Nichts wird von selbst installiert.</translation>
    </message>
    <message>
      <source>Open its page</source>
      <translation>Seine Seite öffnen</translation>
    </message>
    <message>
      <source>Show the requests</source>
      <translation>Anfragen zeigen</translation>
    </message>
    <message>
      <source>The settings were not changed.</source>
      <translation>Die Einstellungen wurden nicht geändert.</translation>
    </message>
    <message>
      <source> (and %1 more)</source>
      <translation> (und %1 weitere)</translation>
    </message>
    <message>
      <source>The settings file was read; something in it is not as it should be.</source>
      <translation>Die Einstellungsdatei wurde gelesen; etwas darin ist nicht, wie es sein soll.</translation>
    </message>
    <message>
      <source>The settings file cannot be used; the settings before it stay in force.</source>
      <translation>Die Einstellungsdatei ist nicht brauchbar; die bisherigen Einstellungen gelten weiter.</translation>
    </message>
    <message>
      <source>Keep</source>
      <translation>Behalten</translation>
    </message>
    <message>
      <source>Delete %1</source>
      <translation>%1 löschen</translation>
    </message>
    <message>
      <source>If the date is right, because the computer was off for long, they can go. If it is wrong, keep them. Until you say, none is deleted for its age, and no job or panel either.</source>
      <translation>Stimmt das Datum, weil der Computer lange aus war, können sie weg. Ist es falsch, behalten. Bis zur Antwort wird nichts seines Alters wegen gelöscht, auch kein Auftrag und kein Vergleich.</translation>
    </message>
    <message>
      <source>The clock is %1 days ahead of the last time this program knew: are %2 older than %3 day%4?</source>
      <translation>Die Uhr geht %1 Tage vor dem letzten Zeitpunkt, den dieses Programm kennt: sind %2 älter als %3 Tag(e)%4?</translation>
    </message>
    <message>
      <source>Not everything could be recorded. Requests still go through.</source>
      <translation>Nicht alles konnte aufgezeichnet werden. Anfragen gehen weiter durch.</translation>
    </message>
    <message>
      <source>not kept</source>
      <translation>nicht aufbewahrt</translation>
    </message>
    <message>
      <source>kept with their figures alone</source>
      <translation>nur mit ihren Zahlen aufbewahrt</translation>
    </message>
    <message>
      <source>What was recorded before is not as it was.</source>
      <translation>Was früher aufgezeichnet wurde, ist nicht mehr, wie es war.</translation>
    </message>
    <message>
      <source>Flights are not being recorded. Requests still go through.</source>
      <translation>Anfragen werden nicht aufgezeichnet. Sie gehen weiter durch.</translation>
    </message>
    <message>
      <source> %1 %2 not kept.</source>
      <translation> %1 %2 nicht aufbewahrt.</translation>
    </message>
    <message>
      <source>flights were</source>
      <translation>Anfragen wurden</translation>
    </message>
    <message>
      <source>flight was</source>
      <translation>Anfrage wurde</translation>
    </message>
    <message>
      <source>There is no backup of it: put a copy from before in its place and start anew, if you have one. %1</source>
      <translation>Es gibt keine Sicherung davon: eine frühere Kopie an seine Stelle legen und neu starten, falls vorhanden. %1</translation>
    </message>
    <message>
      <source>What is replaced is kept aside. Your own access key works meanwhile.</source>
      <translation>Was ersetzt wird, wird aufbewahrt. Der eigene Zugangsschlüssel gilt inzwischen.</translation>
    </message>
    <message>
      <source>Start anew</source>
      <translation>Neu starten</translation>
    </message>
    <message>
      <source>%1 The gateway has to start anew to look at it; it asks then.</source>
      <translation>%1 Das Gateway muss neu starten, um es anzusehen; dann fragt es.</translation>
    </message>
    <message>
      <source>That is being done …</source>
      <translation>Das wird gerade getan …</translation>
    </message>
    <message>
      <source>What the gateway keeps is not as it was. Programs with keys are not let in.</source>
      <translation>Was das Gateway aufbewahrt, ist nicht mehr, wie es war. Programme mit Schlüsseln werden nicht eingelassen.</translation>
    </message>
    <message>
      <source>The gateway is not running: programs cannot reach their models.</source>
      <translation>Das Gateway läuft nicht: Programme erreichen ihre Modelle nicht.</translation>
    </message>
    <message>
      <source>Keyboard shortcuts</source>
      <translation>Tastenkürzel</translation>
    </message>
    <message>
      <source>Everywhere</source>
      <translation>Überall</translation>
    </message>
    <message>
      <source>Pages</source>
      <translation>Seiten</translation>
    </message>
    <message>
      <source>&amp;About, and licences …</source>
      <translation>Ü&amp;ber, und Lizenzen …</translation>
    </message>
    <message>
      <source>What is &amp;new</source>
      <translation>Was ist &amp;neu</translation>
    </message>
    <message>
      <source>&amp;Welcome</source>
      <translation>&amp;Willkommen</translation>
    </message>
    <message>
      <source>Open &amp;log folder</source>
      <translation>&amp;Protokollordner öffnen</translation>
    </message>
    <message>
      <source>&amp;Keyboard shortcuts</source>
      <translation>&amp;Tastenkürzel</translation>
    </message>
    <message>
      <source>&amp;Go to anything</source>
      <translation>Ü&amp;berallhin</translation>
    </message>
    <message>
      <source>&amp;Quit</source>
      <translation>&amp;Beenden</translation>
    </message>
    <message>
      <source>Close &amp;window</source>
      <translation>&amp;Fenster schließen</translation>
    </message>
    <message>
      <source>&amp;Restore a backup …</source>
      <translation>Sicherung &amp;wiederherstellen …</translation>
    </message>
    <message>
      <source>&amp;Back up …</source>
      <translation>Si&amp;chern …</translation>
    </message>
    <message>
      <source>Open &amp;data folder</source>
      <translation>&amp;Datenordner öffnen</translation>
    </message>
    <message>
      <source>&amp;Undo change of settings</source>
      <translation>Änderung der Einstellungen &amp;rückgängig machen</translation>
    </message>
    <message>
      <source>Open &amp;settings file</source>
      <translation>&amp;Einstellungsdatei öffnen</translation>
    </message>
    <message>
      <source>&amp;Pause gateway</source>
      <translation>Gateway &amp;anhalten</translation>
    </message>
    <message>
      <source>&amp;Resume gateway</source>
      <translation>Gateway &amp;fortsetzen</translation>
    </message>
    <message>
      <source>&amp;Help</source>
      <translation>&amp;Hilfe</translation>
    </message>
    <message>
      <source>&amp;View</source>
      <translation>&amp;Ansicht</translation>
    </message>
    <message>
      <source>&amp;Gateway</source>
      <translation>&amp;Gateway</translation>
    </message>
    <message>
      <source>&amp;Copy base URL</source>
      <translation>Basis-&amp;URL kopieren</translation>
    </message>
    <message>
      <source>&amp;Dark</source>
      <translation>&amp;Dunkel</translation>
    </message>
    <message>
      <source>&amp;Light</source>
      <translation>&amp;Hell</translation>
    </message>
    <message>
      <source>As the &amp;system</source>
      <translation>Wie das &amp;System</translation>
    </message>
    <message>
      <source>Since the start %1 flights were %2. </source>
      <translation>Seit dem Start wurden %1 Anfragen %2. </translation>
    </message>
    <message>
      <source>Since the start %1 flight was %2. </source>
      <translation>Seit dem Start wurde %1 Anfrage %2. </translation>
    </message>
    <message>
      <source>The clock is %1 days ahead of the last time this program knew: are %2 older than %3 days?</source>
      <translation>Die Uhr geht %1 Tage vor der letzten Zeit, die dieses Programm kannte: sind %2 älter als %3 Tage?</translation>
    </message>
    <message>
      <source>The clock is %1 days ahead of the last time this program knew: are %2 older than %3 day?</source>
      <translation>Die Uhr geht %1 Tage vor der letzten Zeit, die dieses Programm kannte: sind %2 älter als %3 Tag?</translation>
    </message>
  </context>
  <context>
    <name>settings</name>
    <message>
      <source>General</source>
      <translation>Allgemein</translation>
    </message>
    <message>
      <source>How the program starts and looks, and how it hears of newer versions.</source>
      <translation>Wie das Programm startet und aussieht, und wie es von neueren Fassungen erfährt.</translation>
    </message>
    <message>
      <source>Where programs reach the gateway, and how much may go on at once.</source>
      <translation>Wo Programme das Gateway erreichen, und wie viel zugleich laufen darf.</translation>
    </message>
    <message>
      <source>Recording</source>
      <translation>Aufzeichnung</translation>
    </message>
    <message>
      <source>What is kept of requests and answers, where, and for how long.</source>
      <translation>Was von Anfragen und Antworten aufbewahrt wird, wo und wie lange.</translation>
    </message>
    <message>
      <source>Prices and budgets</source>
      <translation>Preise und Budgets</translation>
    </message>
    <message>
      <source>What models cost, what may be spent, and what saves some of it.</source>
      <translation>Was Modelle kosten, was ausgegeben werden darf, und was davon spart.</translation>
    </message>
    <message>
      <source>Notifications</source>
      <translation>Mitteilungen</translation>
    </message>
    <message>
      <source>When somebody is told, and how.</source>
      <translation>Wann jemand benachrichtigt wird, und wie.</translation>
    </message>
    <message>
      <source>Privacy and security</source>
      <translation>Sicherheit</translation>
    </message>
    <message>
      <source>Who is let in, what agents may do, and what leaves this computer.</source>
      <translation>Wer eingelassen wird, was Agenten dürfen, und was diesen Computer verlässt.</translation>
    </message>
    <message>
      <source>Providers' network</source>
      <translation>Netz der Anbieter</translation>
    </message>
    <message>
      <source>Who answers, how long that is waited for, and what happens if not.</source>
      <translation>Wer antwortet, wie lange darauf gewartet wird, und was sonst geschieht.</translation>
    </message>
    <message>
      <source>Advanced</source>
      <translation>Erweitert</translation>
    </message>
    <message>
      <source>Runs of vendors' CLIs, their folders and tools.</source>
      <translation>Läufe von CLIs der Hersteller, ihre Ordner und Werkzeuge.</translation>
    </message>
    <message>
      <source>Where the gateway listens; for other addresses see docs/access.md.</source>
      <translation>Wo das Gateway lauscht; für andere Adressen siehe docs/access.md.</translation>
    </message>
    <message>
      <source>The port it listens on.</source>
      <translation>Der Port, an dem es lauscht.</translation>
    </message>
    <message>
      <source>Larger requests are refused.</source>
      <translation>Größere Anfragen werden abgewiesen.</translation>
    </message>
    <message>
      <source>How long a request's body may take to come.</source>
      <translation>Wie lange der Inhalt einer Anfrage unterwegs sein darf.</translation>
    </message>
    <message>
      <source>How many bytes a second must come of a request's body, after its first half minute.</source>
      <translation>Wie viele Byte je Sekunde vom Inhalt einer Anfrage kommen müssen, nach der ersten halben Minute.</translation>
    </message>
    <message>
      <source>Further names under which the gateway may be called, compared exactly.</source>
      <translation>Weitere Namen, unter denen das Gateway angesprochen werden darf, genau verglichen.</translation>
    </message>
    <message>
      <source>Web pages that may call the gateway from a browser, compared exactly.</source>
      <translation>Webseiten, die das Gateway aus einem Browser ansprechen dürfen, genau verglichen.</translation>
    </message>
    <message>
      <source>Where MCP clients find the gateway; holds from the next start on.</source>
      <translation>Wo MCP-Clients das Gateway finden; gilt ab dem nächsten Start.</translation>
    </message>
    <message>
      <source>How this gateway is called where a request goes round between several; the computer's name and its port if left out, which other computers of your network are told, and nobody beyond.</source>
      <translation>Wie dieses Gateway heißt, wo eine Anfrage zwischen mehreren kreist; ohne Angabe der Name des Computers und sein Port, die andere Computer im eigenen Netz erfahren, und sonst niemand.</translation>
    </message>
    <message>
      <source>How the gateway is reached from elsewhere, where it is; OAuth's tokens are for this address then. Holds from the next start on.</source>
      <translation>Wie das Gateway von anderswo erreicht wird, falls überhaupt; OAuth-Token gelten dann für diese Adresse. Gilt ab dem nächsten Start.</translation>
    </message>
    <message>
      <source>The certificate, a PEM file; with it every connection is TLS.</source>
      <translation>Das Zertifikat, eine PEM-Datei; damit ist jede Verbindung TLS.</translation>
    </message>
    <message>
      <source>The certificate's key, a PEM file that nobody else may read.</source>
      <translation>Der Schlüssel des Zertifikats, eine PEM-Datei, die sonst niemand lesen darf.</translation>
    </message>
    <message>
      <source>A proxy in front speaks TLS, so that the gateway itself need not.</source>
      <translation>Ein Proxy davor spricht TLS, sodass das Gateway selbst es nicht muss.</translation>
    </message>
    <message>
      <source>Whether programs may ask to be let in. Nobody is without a person's answer.</source>
      <translation>Ob Programme fragen dürfen, eingelassen zu werden. Ohne die Antwort einer Person wird es keines.</translation>
    </message>
    <message>
      <source>Who may make a program known: a person with llmgw oauth client add; whoever knows the secret of llmgw oauth shared-secret set; everybody, for development, which needs the environment's LLM_GATEWAY_OAUTH_OPEN_DEV=1 besides; or every program of this computer, to be sent back to this computer alone. "static_clients" if left out where the gateway can be reached from elsewhere.</source>
      <translation>Wer ein Programm bekannt machen darf: eine Person mit llmgw oauth client add; wer das Geheimnis von llmgw oauth shared-secret set kennt; alle, zum Entwickeln, was außerdem LLM_GATEWAY_OAUTH_OPEN_DEV=1 in der Umgebung braucht; oder jedes Programm dieses Computers, das nur an diesen Computer zurückgeschickt wird. Ohne Angabe "static_clients", wo das Gateway von anderswo erreichbar ist.</translation>
    </message>
    <message>
      <source>Whether programs without a secret of their own may ask. False if left out where the gateway can be reached from elsewhere.</source>
      <translation>Ob Programme ohne eigenes Geheimnis fragen dürfen. Ohne Angabe nein, wo das Gateway von anderswo erreichbar ist.</translation>
    </message>
    <message>
      <source>Whether a program's id may be the https address of a document about it, which the gateway reads. Only with public clients.</source>
      <translation>Ob die Kennung eines Programms die https-Adresse eines Dokuments darüber sein darf, das das Gateway liest. Nur mit öffentlichen Clients.</translation>
    </message>
    <message>
      <source>How long an access token lasts; a program gets the next one for its refresh token.</source>
      <translation>Wie lange ein Zugangstoken gilt; das nächste bekommt ein Programm für sein Erneuerungstoken.</translation>
    </message>
    <message>
      <source>Always: false is refused.</source>
      <translation>Immer: false wird abgelehnt.</translation>
    </message>
    <message>
      <source>Never: true is refused.</source>
      <translation>Nie: true wird abgelehnt.</translation>
    </message>
    <message>
      <source>Always: false is refused, also as LLM_GATEWAY_OAUTH_REQUIRE_CONSENT.</source>
      <translation>Immer: false wird abgelehnt, auch als LLM_GATEWAY_OAUTH_REQUIRE_CONSENT.</translation>
    </message>
    <message>
      <source>How long a connection to a provider may take.</source>
      <translation>Wie lange der Verbindungsaufbau zu einem Anbieter dauern darf.</translation>
    </message>
    <message>
      <source>How long a provider may think before its answer begins.</source>
      <translation>Wie lange ein Anbieter nachdenken darf, bevor seine Antwort beginnt.</translation>
    </message>
    <message>
      <source>How long an answer that has begun may be silent.</source>
      <translation>Wie lange eine begonnene Antwort schweigen darf.</translation>
    </message>
    <message>
      <source>Larger answers that do not stream are refused: one takes three times its size of memory while it is read.</source>
      <translation>Größere Antworten, die nicht strömen, werden abgelehnt: eine braucht beim Lesen das Dreifache ihrer Größe an Speicher.</translation>
    </message>
    <message>
      <source>A stream with a larger event in it is broken off.</source>
      <translation>Ein Strom mit einem größeren Ereignis wird abgebrochen.</translation>
    </message>
    <message>
      <source>How much of each flight is kept: everything, only its figures, or nothing.</source>
      <translation>Wie viel von jeder Anfrage aufbewahrt wird: alles, nur ihre Zahlen, oder nichts.</translation>
    </message>
    <message>
      <source>Older flights are deleted.</source>
      <translation>Ältere Anfragen werden gelöscht.</translation>
    </message>
    <message>
      <source>Bodies and headers of older flights are deleted, their figures stay; 0: they are kept as long as the flight.</source>
      <translation>Inhalte und Kopfzeilen älterer Anfragen werden gelöscht, ihre Zahlen bleiben; 0: sie bleiben so lange wie die Anfrage.</translation>
    </message>
    <message>
      <source>Beyond this size the oldest flights are deleted.</source>
      <translation>Über diese Größe hinaus werden die ältesten Anfragen gelöscht.</translation>
    </message>
    <message>
      <source>Of each body this much is kept.</source>
      <translation>So viel wird von jedem Inhalt aufbewahrt.</translation>
    </message>
    <message>
      <source>Whether secrets are removed from recorded bodies.</source>
      <translation>Ob Geheimnisse aus aufgezeichneten Inhalten entfernt werden.</translation>
    </message>
    <message>
      <source>Whether flights tell of keys in what tools and people sent.</source>
      <translation>Ob Anfragen von Schlüsseln berichten, die Werkzeuge und Menschen gesendet haben.</translation>
    </message>
    <message>
      <source>So many automatic backups of gateway.db are kept, an hour apart; 0 makes none.</source>
      <translation>So viele selbsttätige Sicherungen von gateway.db werden aufbewahrt, im Abstand einer Stunde; 0 macht keine.</translation>
    </message>
    <message>
      <source>The last one of each of so many days is kept as well.</source>
      <translation>Die jeweils letzte von so vielen Tagen wird ebenfalls aufbewahrt.</translation>
    </message>
    <message>
      <source>None is kept that is so much older than the newest.</source>
      <translation>Keine wird aufbewahrt, die um so viel älter ist als die neueste.</translation>
    </message>
    <message>
      <source>Whether texts that are kept (bodies, answers, prompts, output) are encrypted.</source>
      <translation>Ob aufbewahrte Texte (Inhalte, Antworten, Prompts, Ausgaben) verschlüsselt werden.</translation>
    </message>
    <message>
      <source>Where an OpenTelemetry collector takes OTLP over HTTP, as in http://127.0.0.1:4318; empty: nothing is sent.</source>
      <translation>Wo ein OpenTelemetry-Sammler OTLP über HTTP annimmt, etwa http://127.0.0.1:4318; leer: nichts wird gesendet.</translation>
    </message>
    <message>
      <source>Whether what was asked and answered is sent, too, as it was recorded.</source>
      <translation>Ob auch gesendet wird, was gefragt und geantwortet wurde, wie es aufgezeichnet wurde.</translation>
    </message>
    <message>
      <source>The order of the candidates where a route names none.</source>
      <translation>Die Reihenfolge der Kandidaten, wo eine Route keine nennt.</translation>
    </message>
    <message>
      <source>Whether a conversation stays with the account that answered it, where a route says nothing.</source>
      <translation>Ob ein Gespräch bei dem Konto bleibt, das es beantwortet hat, wo eine Route nichts sagt.</translation>
    </message>
    <message>
      <source>The folder with model.safetensors and tokenizer.json of all-MiniLM-L6-v2, for routes with cache_similarity; that of the installed package if left out.</source>
      <translation>Der Ordner mit model.safetensors und tokenizer.json von all-MiniLM-L6-v2, für Routen mit cache_similarity; ohne Angabe der des installierten Pakets.</translation>
    </message>
    <message>
      <source>How often one request is tried, all accounts together.</source>
      <translation>Wie oft eine Anfrage versucht wird, alle Konten zusammen.</translation>
    </message>
    <message>
      <source>The longest wait within a request, for an account to be free again.</source>
      <translation>Die längste Wartezeit innerhalb einer Anfrage, bis ein Konto wieder frei ist.</translation>
    </message>
    <message>
      <source>After so long no other attempt begins; with 0 only what the client says counts.</source>
      <translation>Nach so langer Zeit beginnt kein weiterer Versuch; mit 0 zählt nur, was der Client sagt.</translation>
    </message>
    <message>
      <source>How often an account is asked again after a passing fault, before the next is.</source>
      <translation>Wie oft ein Konto nach einer vorübergehenden Störung nochmals gefragt wird, bevor das nächste an der Reihe ist.</translation>
    </message>
    <message>
      <source>After so many passing faults in a row an account is left alone.</source>
      <translation>Nach so vielen vorübergehenden Störungen hintereinander wird ein Konto in Ruhe gelassen.</translation>
    </message>
    <message>
      <source>How long it is left alone the first time; each further time is twice as long.</source>
      <translation>Wie lange es beim ersten Mal in Ruhe gelassen wird; jedes weitere Mal doppelt so lange.</translation>
    </message>
    <message>
      <source>The longest such time, and the longest rest after a rate limit.</source>
      <translation>Die längste solche Zeit, und die längste Ruhe nach einer Ratengrenze.</translation>
    </message>
    <message>
      <source>How long a stream's first words wait for what follows them; 0 holds nothing back.</source>
      <translation>Wie lange die ersten Worte eines Stroms auf die folgenden warten; 0 hält nichts zurück.</translation>
    </message>
    <message>
      <source>A stream that begins slower is given up for the next account; 0 gives up none.</source>
      <translation>Ein Strom, der langsamer beginnt, wird für das nächste Konto aufgegeben; 0 gibt keinen auf.</translation>
    </message>
    <message>
      <source>How long the beginning of a stream is watched for that.</source>
      <translation>Wie lange der Beginn eines Stroms daraufhin beobachtet wird.</translation>
    </message>
    <message>
      <source>How long an answer is held back for a caller that wants it whole; after it what is there goes out, and the rest as it comes.</source>
      <translation>Wie lange eine Antwort für einen Aufrufer zurückgehalten wird, der sie ganz will; danach geht hinaus, was da ist, und der Rest, wie er kommt.</translation>
    </message>
    <message>
      <source>A held answer that is larger goes out before it is whole.</source>
      <translation>Eine zurückgehaltene Antwort, die größer ist, geht hinaus, bevor sie ganz ist.</translation>
    </message>
    <message>
      <source>A caller that waits for a run is handed its job then; the run goes on.</source>
      <translation>Ein Aufrufer, der auf einen Lauf wartet, bekommt dann dessen Auftrag; der Lauf geht weiter.</translation>
    </message>
    <message>
      <source>How long the same request of the same client is given the run that it has.</source>
      <translation>Wie lange dieselbe Anfrage desselben Clients den Lauf bekommt, den es schon gibt.</translation>
    </message>
    <message>
      <source>Jobs that ended longer ago are deleted, output and all.</source>
      <translation>Aufträge, die vor längerer Zeit endeten, werden samt Ausgabe gelöscht.</translation>
    </message>
    <message>
      <source>Sessions of CLIs that nobody used for so long are forgotten.</source>
      <translation>Sitzungen von CLIs, die so lange niemand benutzt hat, werden vergessen.</translation>
    </message>
    <message>
      <source>How long a run may take in all.</source>
      <translation>Wie lange ein Lauf insgesamt dauern darf.</translation>
    </message>
    <message>
      <source>How often a run is started again that failed for a reason that passes, before it said or did anything.</source>
      <translation>Wie oft ein Lauf neu gestartet wird, der aus einem vorübergehenden Grund scheiterte, bevor er etwas gesagt oder getan hat.</translation>
    </message>
    <message>
      <source>A run whose CLI asks again by itself is ended once its upstream has refused it for so long without a break; 0 never ends it.</source>
      <translation>Ein Lauf, dessen CLI von selbst nochmals fragt, wird beendet, wenn er so lange ununterbrochen abgelehnt wurde; 0 beendet ihn nie.</translation>
    </message>
    <message>
      <source>Whether runs that may change files get a snapshot of their folder first, so that what they did can be taken back.</source>
      <translation>Ob Läufe, die Dateien ändern dürfen, vorher eine Aufnahme ihres Ordners bekommen, damit sich das Getane zurücknehmen lässt.</translation>
    </message>
    <message>
      <source>A folder with more files has none; in a git repository those count that its last commit does not have so.</source>
      <translation>Ein Ordner mit mehr Dateien bekommt keine; in einem Git-Repository zählen die, die der letzte Commit so nicht enthält.</translation>
    </message>
    <message>
      <source>Neither has one whose files, counted so, are larger together.</source>
      <translation>Auch keiner, dessen so gezählte Dateien zusammen größer sind.</translation>
    </message>
    <message>
      <source>Older snapshots are removed; they go with their job at the latest.</source>
      <translation>Ältere Aufnahmen werden entfernt; spätestens gehen sie mit ihrem Auftrag.</translation>
    </message>
    <message>
      <source>The oldest are removed when there are more.</source>
      <translation>Die ältesten werden entfernt, wenn es mehr sind.</translation>
    </message>
    <message>
      <source>The oldest are removed when what they hold is more together.</source>
      <translation>Die ältesten werden entfernt, wenn ihr Inhalt zusammen größer ist.</translation>
    </message>
    <message>
      <source>Runs at once.</source>
      <translation>Läufe zugleich.</translation>
    </message>
    <message>
      <source>Runs of one CLI at once.</source>
      <translation>Läufe einer CLI zugleich.</translation>
    </message>
    <message>
      <source>Runs that may wait for their turn; further ones are refused.</source>
      <translation>Läufe, die warten dürfen, bis sie an der Reihe sind; weitere werden abgelehnt.</translation>
    </message>
    <message>
      <source>How long a run may wait for its turn.</source>
      <translation>Wie lange ein Lauf warten darf, bis er an der Reihe ist.</translation>
    </message>
    <message>
      <source>A run that writes more is stopped.</source>
      <translation>Ein Lauf, der mehr schreibt, wird angehalten.</translation>
    </message>
    <message>
      <source>Connections that one client may hold, by its key, of the 512 that are served at once; further requests of it are answered 429.</source>
      <translation>Verbindungen, die ein Client nach seinem Schlüssel halten darf, von den 512, die zugleich bedient werden; weitere Anfragen von ihm werden mit 429 beantwortet.</translation>
    </message>
    <message>
      <source>Connections from one address on which no key was shown yet, or which come from another computer.</source>
      <translation>Verbindungen von einer Adresse, auf denen noch kein Schlüssel gezeigt wurde, oder die von einem anderen Computer kommen.</translation>
    </message>
    <message>
      <source>Mark the stable beginning of a prompt in parts for Anthropic's cache, where it is long enough and the request marks nothing itself.</source>
      <translation>Den gleichbleibenden Anfang eines Prompts für den Cache von Anthropic markieren, wo er lang genug ist und die Anfrage selbst nichts markiert.</translation>
    </message>
    <message>
      <source>How long a prompt that was not marked is taken to stay in Anthropic's cache.</source>
      <translation>Wie lange ein nicht markierter Prompt als im Cache von Anthropic gilt.</translation>
    </message>
    <message>
      <source>Warn in replies where less than 30 s of that are left.</source>
      <translation>In Antworten warnen, wenn davon weniger als 30 s übrig sind.</translation>
    </message>
    <message>
      <source>A person is asked before a request whose prompt was in the cache and is no longer, where sending it again costs so many US dollars more than reading it; 0 asks nobody.</source>
      <translation>Eine Person wird vor einer Anfrage gefragt, deren Prompt im Cache war und es nicht mehr ist, wenn das erneute Senden so viele US-Dollar mehr kostet als das Lesen; 0 fragt niemanden.</translation>
    </message>
    <message>
      <source>What an hour of keeping prompts in Anthropic's cache may cost, in US dollars, by repeats for one token while their conversations pause; for API keys alone. 0 keeps none.</source>
      <translation>Was eine Stunde Warmhalten von Prompts im Cache von Anthropic kosten darf, in US-Dollar, durch Wiederholungen für ein Token in Gesprächspausen; nur für API-Schlüssel. 0 hält keinen warm.</translation>
    </message>
    <message>
      <source>Tell when a client's prompts no longer come from their vendor's cache, and why.</source>
      <translation>Sagen, wenn die Prompts eines Clients nicht mehr aus dem Cache ihres Herstellers kommen, und warum.</translation>
    </message>
    <message>
      <source>Ask Anthropic with each request in its own protocol what it sees as the reason of a cache miss (diagnostics); its word stands beside ours.</source>
      <translation>Anthropic bei jeder Anfrage in dessen eigenem Protokoll fragen, worin es den Grund eines Cache-Fehlschlags sieht (diagnostics); sein Wort steht neben unserem.</translation>
    </message>
    <message>
      <source>Make the answers of runs shorter that do not say compressResponse.</source>
      <translation>Antworten von Läufen kürzer machen, die compressResponse nicht angeben.</translation>
    </message>
    <message>
      <source>How much the gate lets a managed run ask for: approval-gate.md. Who is held to the gate may name a stricter one, no other.</source>
      <translation>Wie viel die Prüfung einen betreuten Lauf verlangen lässt: approval-gate.md. Wer geprüft wird, darf eine strengere nennen, keine andere.</translation>
    </message>
    <message>
      <source>Whether a managed run may do everything unasked, if it asks for that and its score passes.</source>
      <translation>Ob ein betreuter Lauf ungefragt alles tun darf, wenn er darum bittet und seine Wertung reicht.</translation>
    </message>
    <message>
      <source>Whether records hold the first 280 characters of the prompt; else its digest alone.</source>
      <translation>Ob Einträge die ersten 280 Zeichen des Prompts enthalten; sonst nur seine Prüfsumme.</translation>
    </message>
    <message>
      <source>The least for each kind of caller: local, key, bearer, proxied, oauth. The last three are managed, and nothing lowers that.</source>
      <translation>Das Mindeste für jede Art von Aufrufer: local, key, bearer, proxied, oauth. Die letzten drei sind betreut, und nichts senkt das.</translation>
    </message>
    <message>
      <source>What an agent asked and nobody answered is denied then.</source>
      <translation>Was ein Agent gefragt und niemand beantwortet hat, wird dann abgelehnt.</translation>
    </message>
    <message>
      <source>What an agent asks while no window is there and no llmgw approvals waits: wait for whoever comes in time, or deny at once.</source>
      <translation>Was ein Agent fragt, während kein Fenster da ist und kein llmgw approvals wartet: auf jemanden warten, der rechtzeitig kommt, oder sofort ablehnen.</translation>
    </message>
    <message>
      <source>ask: every job asks a person before its agent acts, whatever its request says, and those of CLIs that cannot ask are refused: approvals.md.</source>
      <translation>ask: jeder Auftrag fragt eine Person, bevor sein Agent handelt, was auch immer seine Anfrage sagt; solche von CLIs, die nicht fragen können, werden abgelehnt: approvals.md.</translation>
    </message>
    <message>
      <source>How long a held request waits for a person's answer; then it is refused. With 0 nobody is asked: what would be held is refused at once.</source>
      <translation>Wie lange eine angehaltene Anfrage auf die Antwort einer Person wartet; dann wird sie abgelehnt. Mit 0 wird niemand gefragt: was angehalten würde, wird sofort abgelehnt.</translation>
    </message>
    <message>
      <source>Whether a request is held that repeats itself: the same call with the same result for the fourth time, the same request for the fifth time within a minute, or two that say the same words to each other.</source>
      <translation>Ob eine Anfrage angehalten wird, die sich wiederholt: derselbe Aufruf mit demselben Ergebnis zum vierten Mal, dieselbe Anfrage zum fünften Mal in einer Minute, oder zwei, die einander dieselben Worte sagen.</translation>
    </message>
    <message>
      <source>So many tokens, in and out, a conversation may use; then the next request of it is held and a person asked. 0 bounds nothing, here and below.</source>
      <translation>So viele Token, hinein und heraus, darf ein Gespräch verbrauchen; dann wird seine nächste Anfrage angehalten und eine Person gefragt. 0 begrenzt nichts, hier und unten.</translation>
    </message>
    <message>
      <source>So many dollars a conversation may use.</source>
      <translation>So viele Dollar darf ein Gespräch verbrauchen.</translation>
    </message>
    <message>
      <source>So many tokens one agent of a conversation may use: a subagent, or the one that began it.</source>
      <translation>So viele Token darf ein Agent eines Gesprächs verbrauchen: ein Unteragent oder der, der es begonnen hat.</translation>
    </message>
    <message>
      <source>So many dollars one agent of a conversation may use.</source>
      <translation>So viele Dollar darf ein Agent eines Gesprächs verbrauchen.</translation>
    </message>
    <message>
      <source>So many tokens a run of a CLI may use that asks through us.</source>
      <translation>So viele Token darf ein Lauf einer CLI verbrauchen, der über das Gateway fragt.</translation>
    </message>
    <message>
      <source>So many dollars a run of a CLI may use that asks through us.</source>
      <translation>So viele Dollar darf ein Lauf einer CLI verbrauchen, der über das Gateway fragt.</translation>
    </message>
    <message>
      <source>So many tokens the callers of a client's label may use in a day.</source>
      <translation>So viele Token dürfen die Aufrufer eines Labels eines Clients an einem Tag verbrauchen.</translation>
    </message>
    <message>
      <source>So many dollars the callers of a client's label may use in a day.</source>
      <translation>So viele Dollar dürfen die Aufrufer eines Labels eines Clients an einem Tag verbrauchen.</translation>
    </message>
    <message>
      <source>The share of each window (5 hours, week, month, as an account's vendor tells them; a client's budgets) that is kept for the person: below it background work waits. 0 keeps nothing.</source>
      <translation>Der Anteil jedes Fensters (5 Stunden, Woche, Monat, wie der Hersteller eines Kontos sie nennt; die Budgets eines Clients), der für die Person bleibt: darunter wartet Hintergrundarbeit. 0 behält nichts vor.</translation>
    </message>
    <message>
      <source>Clients whose requests are background work, as [clients] names them. What says a label or comes from a run of a CLI is so anyway.</source>
      <translation>Clients, deren Anfragen Hintergrundarbeit sind, wie [clients] sie nennt. Was ein Label so sagt oder aus dem Lauf einer CLI kommt, ist es ohnehin.</translation>
    </message>
    <message>
      <source>Labels and clients with a person before them, who are never background work.</source>
      <translation>Labels und Clients mit einer Person davor, die nie Hintergrundarbeit sind.</translation>
    </message>
    <message>
      <source>Where the makers of the program tell of newer versions; empty: nobody is asked.</source>
      <translation>Wo die Hersteller des Programms neuere Fassungen melden; leer: niemand wird gefragt.</translation>
    </message>
    <message>
      <source>The public key that the feed is signed by: Ed25519, its 32 bytes in Base64.</source>
      <translation>Der öffentliche Schlüssel, mit dem die Meldungen unterschrieben sind: Ed25519, seine 32 Byte in Base64.</translation>
    </message>
    <message>
      <source>Ask once a day while a window is open, and tell there of a newer version; nothing is installed.</source>
      <translation>Einmal am Tag fragen, während ein Fenster offen ist, und dort von einer neueren Fassung berichten; nichts wird installiert.</translation>
    </message>
    <message>
      <source>What the window speaks: English, German, or as the computer does. Holds from the next start on.</source>
      <translation>Was das Fenster spricht: Englisch, Deutsch, oder wie der Computer. Gilt ab dem nächsten Start.</translation>
    </message>
    <message>
      <source>Pages for a browser on this computer at /ui, to which llmgw ui open signs in: web-view.md.</source>
      <translation>Seiten für einen Browser dieses Computers unter /ui, an denen llmgw ui open anmeldet: web-view.md.</translation>
    </message>
    <message>
      <source>A page for paired phones and tablets, with a door of its own at host: pocket.md.</source>
      <translation>Eine Seite für gekoppelte Telefone und Tablets, mit eigener Tür an host: pocket.md.</translation>
    </message>
    <message>
      <source>The address of this computer that devices come to, in a local network or a VPN; without one the page stays off.</source>
      <translation>Die Adresse dieses Computers, zu der Geräte kommen, in einem lokalen Netz oder VPN; ohne eine bleibt die Seite aus.</translation>
    </message>
    <message>
      <source>The port that paired devices come to.</source>
      <translation>Der Port, zu dem gekoppelte Geräte kommen.</translation>
    </message>
    <message>
      <source>How long a device stays paired.</source>
      <translation>Wie lange ein Gerät gekoppelt bleibt.</translation>
    </message>
    <message>
      <source>What sort of service it is. Required.</source>
      <translation>Was für ein Dienst es ist. Erforderlich.</translation>
    </message>
    <message>
      <source>Its address; the vendor's own if left out. Required for openai-compatible.</source>
      <translation>Seine Adresse; ohne Angabe die des Herstellers. Erforderlich für openai-compatible.</translation>
    </message>
    <message>
      <source>The environment variable that holds the key.</source>
      <translation>Die Umgebungsvariable mit dem Schlüssel.</translation>
    </message>
    <message>
      <source>The entry of the vault that holds the key, in place of api_key_env.</source>
      <translation>Der Eintrag im Tresor mit dem Schlüssel, anstelle von api_key_env.</translation>
    </message>
    <message>
      <source>The models it has; asked from the service if left out.</source>
      <translation>Die Modelle, die er hat; ohne Angabe beim Dienst erfragt.</translation>
    </message>
    <message>
      <source>What it speaks, where that is not what its kind speaks; the first is translated into.</source>
      <translation>Was er spricht, wo das nicht das Übliche seiner Art ist; in das erste wird übersetzt.</translation>
    </message>
    <message>
      <source>A server on your own computer or network: loopback and private addresses are allowed.</source>
      <translation>Ein Server auf dem eigenen Computer oder im eigenen Netz: lokale und private Adressen sind erlaubt.</translation>
    </message>
    <message>
      <source>How many requests it is asked at the same time, all for one model: the others wait, people's before those of the background. 0: as many as come.</source>
      <translation>Wie viele Anfragen er zugleich gestellt bekommt, alle für ein Modell: die anderen warten, die von Menschen vor denen im Hintergrund. 0: so viele, wie kommen.</translation>
    </message>
    <message>
      <source>The proxy that leads to it, or none. Left out, the environment's HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY hold, but not where local is true; environment has them hold there as well.</source>
      <translation>Der Proxy, der dorthin führt, oder none. Ohne Angabe gelten HTTPS_PROXY, HTTP_PROXY, ALL_PROXY und NO_PROXY der Umgebung, aber nicht wo local true ist; mit environment gelten sie auch dort.</translation>
    </message>
    <message>
      <source>The entry of the vault that holds the proxy's sign-in, as name:password.</source>
      <translation>Der Eintrag im Tresor mit der Anmeldung am Proxy, als Name:Passwort.</translation>
    </message>
    <message>
      <source>Authorities, a PEM file, whose certificates are believed beside those that the system believes.</source>
      <translation>Zertifizierungsstellen, eine PEM-Datei, denen außer denen des Systems geglaubt wird.</translation>
    </message>
    <message>
      <source>The certificate to show to the provider, a PEM file.</source>
      <translation>Das Zertifikat, das dem Anbieter gezeigt wird, eine PEM-Datei.</translation>
    </message>
    <message>
      <source>The certificate's key, a PEM file that nobody else may read; left out where it stands in the certificate's file.</source>
      <translation>Der Schlüssel des Zertifikats, eine PEM-Datei, die sonst niemand lesen darf; ohne Angabe steht er in der Datei des Zertifikats.</translation>
    </message>
    <message>
      <source>Whether it is used.</source>
      <translation>Ob er benutzt wird.</translation>
    </message>
    <message>
      <source>Unique within the provider. Required.</source>
      <translation>Eindeutig innerhalb des Anbieters. Erforderlich.</translation>
    </message>
    <message>
      <source>The environment variable that holds this account's key.</source>
      <translation>Die Umgebungsvariable mit dem Schlüssel dieses Kontos.</translation>
    </message>
    <message>
      <source>The entry of the vault that holds its key.</source>
      <translation>Der Eintrag im Tresor mit seinem Schlüssel.</translation>
    </message>
    <message>
      <source>Among accounts of one priority: its share of new conversations, against the others'.</source>
      <translation>Unter Konten derselben Priorität: sein Anteil an neuen Gesprächen, gemessen an den anderen.</translation>
    </message>
    <message>
      <source>Smaller ones are tried first.</source>
      <translation>Kleinere werden zuerst versucht.</translation>
    </message>
    <message>
      <source>Its program; the CLI's usual name if left out.</source>
      <translation>Ihr Programm; ohne Angabe der übliche Name der CLI.</translation>
    </message>
    <message>
      <source>Set for its runs, such as its vendor's base URL.</source>
      <translation>Für ihre Läufe gesetzt, etwa die Basis-URL ihres Herstellers.</translation>
    </message>
    <message>
      <source>Asked for where a request names none; the CLI chooses if left out.</source>
      <translation>Verlangt, wo eine Anfrage keines nennt; ohne Angabe wählt die CLI.</translation>
    </message>
    <message>
      <source>Shown in lists of models; others may be asked for as well.</source>
      <translation>In Listen von Modellen gezeigt; auch andere dürfen verlangt werden.</translation>
    </message>
    <message>
      <source>Its runs at once, in place of limits.max_running_per_provider.</source>
      <translation>Ihre Läufe zugleich, anstelle von limits.max_running_per_provider.</translation>
    </message>
    <message>
      <source>What becomes of its jobs at a limit of its vendor's where they do not say so themselves: they fail (off, if left out), wait and go on when it is over (on), or wait for a person's word (ask). jobs.md says more.</source>
      <translation>Was aus ihren Aufträgen an einer Grenze des Herstellers wird, wo sie es nicht selbst sagen: sie scheitern (off, ohne Angabe), warten und gehen danach weiter (on), oder warten auf das Wort einer Person (ask). Mehr in jobs.md.</translation>
    </message>
    <message>
      <source>Whether its runs get a snapshot of their folder first: undo.md.</source>
      <translation>Ob ihre Läufe vorher eine Aufnahme ihres Ordners bekommen: undo.md.</translation>
    </message>
    <message>
      <source>The vault's files with which its runs are signed in, in a HOME of their own: vault.md.</source>
      <translation>Die Dateien im Tresor, mit denen ihre Läufe angemeldet sind, in einem eigenen HOME: vault.md.</translation>
    </message>
    <message>
      <source>Whether its runs are shut in: where this computer can, always (or nothing is started), or never; auto if left out. jobs.md says what a run then sees.</source>
      <translation>Ob ihre Läufe eingeschlossen sind: wo dieser Computer es kann, immer (sonst startet nichts), oder nie; ohne Angabe auto. jobs.md sagt, was ein Lauf dann sieht.</translation>
    </message>
    <message>
      <source>What its runs reach; on if left out. Anything else is for contained runs alone.</source>
      <translation>Was ihre Läufe erreichen; ohne Angabe on. Alles andere gilt nur für eingeschlossene Läufe.</translation>
    </message>
    <message>
      <source>Further folders and files that its contained runs may read.</source>
      <translation>Weitere Ordner und Dateien, die ihre eingeschlossenen Läufe lesen dürfen.</translation>
    </message>
    <message>
      <source>Further ones that they may change.</source>
      <translation>Weitere, die sie ändern dürfen.</translation>
    </message>
    <message>
      <source>Which requests it is for; see below. All if left out.</source>
      <translation>Für welche Anfragen sie gilt; siehe unten. Ohne Angabe für alle.</translation>
    </message>
    <message>
      <source>To whom, 50 at most. Required.</source>
      <translation>Zu wem, höchstens 50. Erforderlich.</translation>
    </message>
    <message>
      <source>How flights and pages call it; route and its number if left out.</source>
      <translation>Wie Anfragen und Seiten sie nennen; ohne Angabe route und ihre Nummer.</translation>
    </message>
    <message>
      <source>The order of what it leads to; that of [routing] if left out.</source>
      <translation>Die Reihenfolge dessen, wozu sie führt; ohne Angabe die von [routing].</translation>
    </message>
    <message>
      <source>Whether conversations stay with who answered; [routing]'s if left out.</source>
      <translation>Ob Gespräche bei dem bleiben, der geantwortet hat; ohne Angabe wie [routing].</translation>
    </message>
    <message>
      <source>How long an answer is given again to the same client for the same request, byte for byte; 0: never. cache-control: no-cache in a request passes it by.</source>
      <translation>Wie lange eine Antwort demselben Client für Byte für Byte dieselbe Anfrage nochmals gegeben wird; 0: nie. cache-control: no-cache in einer Anfrage umgeht das.</translation>
    </message>
    <message>
      <source>With cache_s: how near a question must be to one that was answered to be given its answer; only the same one if left out. Needs the extra semantic.</source>
      <translation>Mit cache_s: wie nah eine Frage einer beantworteten sein muss, um deren Antwort zu bekommen; ohne Angabe nur dieselbe. Braucht die Zugabe semantic.</translation>
    </message>
    <message>
      <source>The name of the program's key, the id of one that was let in by OAuth, or local.</source>
      <translation>Der Name des Schlüssels eines Programms, die Kennung eines über OAuth eingelassenen, oder local.</translation>
    </message>
    <message>
      <source>Several of them, such as ["claude-code", "codex"]; in the place of client.</source>
      <translation>Mehrere davon, etwa ["claude-code", "codex"]; anstelle von client.</translation>
    </message>
    <message>
      <source>What the program says of itself (X-LLMGW-Caller, /as/LABEL/); nobody checks it.</source>
      <translation>Was das Programm von sich sagt (X-LLMGW-Caller, /as/LABEL/); niemand prüft es.</translation>
    </message>
    <message>
      <source>The model's name as it was asked for.</source>
      <translation>Der Name des Modells, wie er verlangt wurde.</translation>
    </message>
    <message>
      <source>The dialect that the program speaks.</source>
      <translation>Der Dialekt, den das Programm spricht.</translation>
    </message>
    <message>
      <source>What the program sent as X-Project.</source>
      <translation>Was das Programm als X-Project gesendet hat.</translation>
    </message>
    <message>
      <source>What is asked for.</source>
      <translation>Was verlangt wird.</translation>
    </message>
    <message>
      <source>The least, estimated; it belongs to the range.</source>
      <translation>Das Mindeste, geschätzt; es gehört zum Bereich.</translation>
    </message>
    <message>
      <source>The most, estimated; it belongs to the range.</source>
      <translation>Das Höchste, geschätzt; es gehört zum Bereich.</translation>
    </message>
    <message>
      <source>What the name stands for.</source>
      <translation>Wofür der Name steht.</translation>
    </message>
    <message>
      <source>The folder that is pinned; llmgw pin sets it up. Required.</source>
      <translation>Der gebundene Ordner; llmgw pin richtet ihn ein. Erforderlich.</translation>
    </message>
    <message>
      <source>Whom everything leaves through that comes by the folder's own base URL (/as/pinned.NAME). Required.</source>
      <translation>Über wen alles hinausgeht, was über die eigene Basis-URL des Ordners kommt (/as/pinned.NAME). Erforderlich.</translation>
    </message>
    <message>
      <source>Who answers, whatever was asked for; as asked if left out.</source>
      <translation>Wer antwortet, was auch immer verlangt wurde; ohne Angabe wie verlangt.</translation>
    </message>
    <message>
      <source>What all that comes by it may use up together, beside what its client may.</source>
      <translation>Was alles zusammen verbrauchen darf, das darüber kommt, neben dem, was sein Client darf.</translation>
    </message>
    <message>
      <source>Whose models; all if left out.</source>
      <translation>Wessen Modelle; ohne Angabe alle.</translation>
    </message>
    <message>
      <source>Which models; all if left out.</source>
      <translation>Welche Modelle; ohne Angabe alle.</translation>
    </message>
    <message>
      <source>Prompt tokens that no cache has to do with. Required.</source>
      <translation>Prompt-Token, mit denen kein Cache zu tun hat. Erforderlich.</translation>
    </message>
    <message>
      <source>Generated tokens. Required.</source>
      <translation>Erzeugte Token. Erforderlich.</translation>
    </message>
    <message>
      <source>Prompt tokens read from a cache; unknown if left out.</source>
      <translation>Aus einem Cache gelesene Prompt-Token; ohne Angabe unbekannt.</translation>
    </message>
    <message>
      <source>Prompt tokens written to a cache for five minutes.</source>
      <translation>Für fünf Minuten in einen Cache geschriebene Prompt-Token.</translation>
    </message>
    <message>
      <source>Prompt tokens written to a cache for an hour.</source>
      <translation>Für eine Stunde in einen Cache geschriebene Prompt-Token.</translation>
    </message>
    <message>
      <source>Prompt tokens that are sound, where the vendor tells how many; like the next three, unknown if left out.</source>
      <translation>Prompt-Token, die Ton sind, wo der Hersteller sagt, wie viele; wie die nächsten drei ohne Angabe unbekannt.</translation>
    </message>
    <message>
      <source>Generated tokens that are sound.</source>
      <translation>Erzeugte Token, die Ton sind.</translation>
    </message>
    <message>
      <source>Prompt tokens that are pictures. The figure of input says that they cost the same.</source>
      <translation>Prompt-Token, die Bilder sind. Der Preis von input sagt, dass sie dasselbe kosten.</translation>
    </message>
    <message>
      <source>Generated tokens that are pictures.</source>
      <translation>Erzeugte Token, die Bilder sind.</translation>
    </message>
    <message>
      <source>What all tokens cost of a longer prompt: the keys above, and input and output always. Each above_tokens is larger than the one before.</source>
      <translation>Was alle Token eines längeren Prompts kosten: die Schlüssel oben, input und output immer. Jedes above_tokens ist größer als das davor.</translation>
    </message>
    <message>
      <source>What tokens cost in a service tier, with the keys above and tiers; of a tier that is left out nothing is known.</source>
      <translation>Was Token in einer Dienststufe kosten, mit den Schlüsseln oben und tiers; von einer nicht genannten Stufe ist nichts bekannt.</translation>
    </message>
    <message>
      <source>What one call of a vendor's own tool costs; unknown if left out.</source>
      <translation>Was ein Aufruf eines eigenen Werkzeugs eines Herstellers kostet; ohne Angabe unbekannt.</translation>
    </message>
    <message>
      <source>Names it may ask for, with * and ?; all if left out.</source>
      <translation>Namen, die er verlangen darf, mit * und ?; ohne Angabe alle.</translation>
    </message>
    <message>
      <source>Who may answer it; all if left out.</source>
      <translation>Wer darauf antworten darf; ohne Angabe alle.</translation>
    </message>
    <message>
      <source>What it may use up; per is hour, day, week, month, year or never. Begins anew with the calendar.</source>
      <translation>Was er verbrauchen darf; per ist hour, day, week, month, year oder never. Beginnt mit dem Kalender neu.</translation>
    </message>
    <message>
      <source>Of requests or tokens; per is second, minute, hour, day or a number of seconds. What was used flows off evenly.</source>
      <translation>Von Anfragen oder Token; per ist second, minute, hour, day oder eine Zahl von Sekunden. Verbrauchtes fließt gleichmäßig ab.</translation>
    </message>
    <message>
      <source>How many requests and runs of it may go on at the same time.</source>
      <translation>Wie viele seiner Anfragen und Läufe zugleich laufen dürfen.</translation>
    </message>
    <message>
      <source>A date or time after which it is refused.</source>
      <translation>Ein Datum oder Zeitpunkt, nach dem er abgewiesen wird.</translation>
    </message>
    <message>
      <source>Whether it is refused for now, with its key kept; not of labels.</source>
      <translation>Ob er vorerst abgewiesen wird und seinen Schlüssel behält; nicht für Labels.</translation>
    </message>
    <message>
      <source>Of its budgets' calendar; this computer's if left out.</source>
      <translation>Für den Kalender seiner Budgets; ohne Angabe die dieses Computers.</translation>
    </message>
    <message>
      <source>How it gets its streams: as they come (stream), from the first word or tool call on (words), or once they are whole (whole). What breaks before is asked for again.</source>
      <translation>Wie er seine Ströme bekommt: wie sie kommen (stream), vom ersten Wort oder Werkzeugaufruf an (words), oder sobald sie ganz sind (whole). Was vorher abbricht, wird nochmals gefragt.</translation>
    </message>
    <message>
      <source>So long a request of its may be held until an account is free again, where it asks for that (x-llmgw-wait: SECONDS); not at all if left out.</source>
      <translation>So lange darf eine seiner Anfragen gehalten werden, bis ein Konto wieder frei ist, wo sie darum bittet (x-llmgw-wait: SECONDS); ohne Angabe gar nicht.</translation>
    </message>
    <message>
      <source>Each for callers that say so of themselves (X-LLMGW-Caller, /as/LABEL/): they hold besides this one.</source>
      <translation>Jede für Aufrufer, die das von sich sagen (X-LLMGW-Caller, /as/LABEL/): sie gelten zusätzlich zu dieser.</translation>
    </message>
    <message>
      <source>How hits are told. Required.</source>
      <translation>Wie Treffer erkannt werden. Erforderlich.</translation>
    </message>
    <message>
      <source>What becomes of a request in which something is found. Required.</source>
      <translation>Was aus einer Anfrage wird, in der etwas gefunden wird. Erforderlich.</translation>
    </message>
    <message>
      <source>What is looked for by its name.</source>
      <translation>Was nach seinem Namen gesucht wird.</translation>
    </message>
    <message>
      <source>What must not stand in it.</source>
      <translation>Was darin nicht stehen darf.</translation>
    </message>
    <message>
      <source>One of them has to stand in the last message of these roles. Not with mask.</source>
      <translation>Eines davon muss in der letzten Nachricht dieser Rollen stehen. Nicht mit mask.</translation>
    </message>
    <message>
      <source>Whose words are looked through; user if left out.</source>
      <translation>Wessen Worte durchgesehen werden; ohne Angabe user.</translation>
    </message>
    <message>
      <source>Whose requests; all if left out.</source>
      <translation>Wessen Anfragen; ohne Angabe alle.</translation>
    </message>
    <message>
      <source>It counts where one of them may answer; all if left out.</source>
      <translation>Sie zählt, wo einer davon antworten darf; ohne Angabe alle.</translation>
    </message>
    <message>
      <source>Off, it is read and checked, and does nothing.</source>
      <translation>Aus: sie wird gelesen und geprüft und bewirkt nichts.</translation>
    </message>
    <message>
      <source>How verdicts name it. Required.</source>
      <translation>Wie Urteile sie nennen. Erforderlich.</translation>
    </message>
    <message>
      <source>What becomes of it. Deny beats ask, ask beats allow. Required.</source>
      <translation>Was daraus wird. Verbieten geht vor Fragen, Fragen vor Erlauben. Erforderlich.</translation>
    </message>
    <message>
      <source>What agents want to do; told by the rest if left out.</source>
      <translation>Was Agenten tun wollen; ohne Angabe sagt es der Rest.</translation>
    </message>
    <message>
      <source>git log *: words with wild cards, as a shell reads them; * as the last word is any further words.</source>
      <translation>git log *: Wörter mit Platzhaltern, wie eine Shell sie liest; * als letztes Wort ist alles Weitere.</translation>
    </message>
    <message>
      <source>src/** from the workspace's folder on, ~/notes/*, /etc/**, **/.env; links are followed.</source>
      <translation>src/** vom Ordner des Arbeitsbereichs an, ~/notes/*, /etc/**, **/.env; Verknüpfungen wird gefolgt.</translation>
    </message>
    <message>
      <source>*.example.org.</source>
      <translation>*.example.org.</translation>
    </message>
    <message>
      <source>MCP tools, as server/tool.</source>
      <translation>MCP-Werkzeuge, als Server/Werkzeug.</translation>
    </message>
    <message>
      <source>Runs of these; all if left out.</source>
      <translation>Läufe von diesen; ohne Angabe alle.</translation>
    </message>
    <message>
      <source>Whose jobs; all of this computer if left out. Callers from elsewhere are allowed only what a rule with this key allows.</source>
      <translation>Wessen Aufträge; ohne Angabe alle dieses Computers. Aufrufern von anderswo ist nur erlaubt, was eine Regel mit diesem Schlüssel erlaubt.</translation>
    </message>
    <message>
      <source>Aliases; everywhere if left out.</source>
      <translation>Kurznamen; ohne Angabe überall.</translation>
    </message>
    <message>
      <source>When it holds; over midnight where it ends before it begins.</source>
      <translation>Wann sie gilt; über Mitternacht, wo sie vor ihrem Anfang endet.</translation>
    </message>
    <message>
      <source>Variables that an allowed command may set besides harmless ones.</source>
      <translation>Variablen, die ein erlaubter Befehl außer harmlosen setzen darf.</translation>
    </message>
    <message>
      <source>Told to the agent with a denial.</source>
      <translation>Dem Agenten mit einer Ablehnung gesagt.</translation>
    </message>
    <message>
      <source>Off, it does nothing.</source>
      <translation>Aus: sie bewirkt nichts.</translation>
    </message>
    <message>
      <source>The workspace of runs that name a relative workingDir and no workspace.</source>
      <translation>Der Arbeitsbereich von Läufen, die ein relatives workingDir und keinen Arbeitsbereich nennen.</translation>
    </message>
    <message>
      <source>Whether programs with the permission workspace:admin may make and register workspaces.</source>
      <translation>Ob Programme mit dem Recht workspace:admin Arbeitsbereiche anlegen und eintragen dürfen.</translation>
    </message>
    <message>
      <source>How runs name it. Required.</source>
      <translation>Wie Läufe ihn nennen. Erforderlich.</translation>
    </message>
    <message>
      <source>Where it is. Required.</source>
      <translation>Wo er liegt. Erforderlich.</translation>
    </message>
    <message>
      <source>What it is; a folder if left out.</source>
      <translation>Was er ist; ohne Angabe ein Ordner.</translation>
    </message>
    <message>
      <source>The CLIs that may work there; all if left out.</source>
      <translation>Die CLIs, die dort arbeiten dürfen; ohne Angabe alle.</translation>
    </message>
    <message>
      <source>A job may have a git worktree of its own of what lies there.</source>
      <translation>Ein Auftrag darf einen eigenen Git-Worktree von dem haben, was dort liegt.</translation>
    </message>
    <message>
      <source>Callers elsewhere may name further folders inside it.</source>
      <translation>Aufrufer von anderswo dürfen weitere Ordner darin nennen.</translation>
    </message>
    <message>
      <source>The least for runs there, whoever asks: approval-gate.md.</source>
      <translation>Das Mindeste für Läufe dort, wer auch immer fragt: approval-gate.md.</translation>
    </message>
    <message>
      <source>Whether runs there get a snapshot first: undo.md.</source>
      <translation>Ob Läufe dort vorher eine Aufnahme bekommen: undo.md.</translation>
    </message>
    <message>
      <source>How programs name it. Required.</source>
      <translation>Wie Programme ihn nennen. Erforderlich.</translation>
    </message>
    <message>
      <source>Repositories below it may be registered.</source>
      <translation>Repositories darunter dürfen eingetragen werden.</translation>
    </message>
    <message>
      <source>New folders may be made below it.</source>
      <translation>Neue Ordner dürfen darunter angelegt werden.</translation>
    </message>
    <message>
      <source>New git repositories, too.</source>
      <translation>Auch neue Git-Repositories.</translation>
    </message>
    <message>
      <source>How many folders below it a new one may lie.</source>
      <translation>Wie viele Ordner tiefer ein neuer liegen darf.</translation>
    </message>
    <message>
      <source>The program that is the server; this or url.</source>
      <translation>Das Programm, das der Server ist; dies oder url.</translation>
    </message>
    <message>
      <source>Its arguments. Every program can read them: secrets go into env.</source>
      <translation>Seine Argumente. Jedes Programm kann sie lesen: Geheimnisse gehören in env.</translation>
    </message>
    <message>
      <source>Its variables.</source>
      <translation>Seine Variablen.</translation>
    </message>
    <message>
      <source>Where it listens: streamable HTTP, or its predecessor HTTP+SSE (offered only).</source>
      <translation>Wo er lauscht: Streamable HTTP oder der Vorgänger HTTP+SSE (nur angeboten).</translation>
    </message>
    <message>
      <source>Sent with each request to url.</source>
      <translation>Mit jeder Anfrage an url gesendet.</translation>
    </message>
    <message>
      <source>Whether runs that the gate manages may have it.</source>
      <translation>Ob betreute Läufe ihn haben dürfen.</translation>
    </message>
    <message>
      <source>Points with the gate. Left out: exa 2, ref_tools 1, agent_browser 4, sqry and trstr 0, all others 2.</source>
      <translation>Punkte bei der Prüfung. Ohne Angabe: exa 2, ref_tools 1, agent_browser 4, sqry und trstr 0, alle anderen 2.</translation>
    </message>
    <message>
      <source>Whether it is given to any run.</source>
      <translation>Ob er überhaupt einem Lauf gegeben wird.</translation>
    </message>
    <message>
      <source>Whether the gateway's own MCP door offers its tools: tools.md.</source>
      <translation>Ob die MCP-Tür des Gateways seine Werkzeuge anbietet: tools.md.</translation>
    </message>
    <message>
      <source>Which of its tools are offered, by the names it gives them: * and ? are wild cards. Left out: all.</source>
      <translation>Welche seiner Werkzeuge angeboten werden, nach seinen Namen: * und ? sind Platzhalter. Ohne Angabe: alle.</translation>
    </message>
    <message>
      <source>Which are not offered, whatever tools says.</source>
      <translation>Welche nicht angeboten werden, was auch immer tools sagt.</translation>
    </message>
    <message>
      <source>Names of your own for its tools; the server's name and __ stand before them.</source>
      <translation>Eigene Namen für seine Werkzeuge; davor stehen der Name des Servers und __.</translation>
    </message>
    <message>
      <source>Descriptions of your own for its tools.</source>
      <translation>Eigene Beschreibungen für seine Werkzeuge.</translation>
    </message>
    <message>
      <source>Which clients may use what it offers. Left out: you, and programs of this computer that have a key; a client from elsewhere has to be named here.</source>
      <translation>Welche Clients verwenden dürfen, was er anbietet. Ohne Angabe: dieser Computer und seine Programme mit Schlüssel; ein Client von anderswo muss hier genannt sein.</translation>
    </message>
    <message>
      <source>In which profiles of the MCP door it is offered. Left out: in all.</source>
      <translation>In welchen Profilen der MCP-Tür er angeboten wird. Ohne Angabe: in allen.</translation>
    </message>
    <message>
      <source>Which calls of its tools you are asked about, where no rule of yours says: risky are those that may destroy and those of which it says nothing; everything, nothing. Left out: risky.</source>
      <translation>Bei welchen Aufrufen seiner Werkzeuge gefragt wird, wo keine eigene Regel etwas sagt: risky sind solche, die zerstören können, und solche, von denen er nichts sagt; everything, nothing. Ohne Angabe: risky.</translation>
    </message>
    <message>
      <source>How long a call may be silent. Left out: 300.</source>
      <translation>Wie lange ein Aufruf schweigen darf. Ohne Angabe: 300.</translation>
    </message>
    <message>
      <source>What it is called. Required.</source>
      <translation>Wie er heißt. Erforderlich.</translation>
    </message>
    <message>
      <source>Where alarms are sent to, by POST; this or command.</source>
      <translation>Wohin Warnmeldungen gesendet werden, mit POST; dies oder command.</translation>
    </message>
    <message>
      <source>The program that is started with each alarm, and its arguments, as they are: no shell reads them. It reads the alarm as JSON on stdin. Every program can read arguments: no secret belongs there.</source>
      <translation>Das Programm, das mit jeder Warnmeldung gestartet wird, und seine Argumente, wie sie sind: keine Shell liest sie. Es liest die Meldung als JSON von stdin. Argumente kann jedes Programm lesen: kein Geheimnis gehört dorthin.</translation>
    </message>
    <message>
      <source>Which alarms; all if left out.</source>
      <translation>Welche Warnmeldungen; ohne Angabe alle.</translation>
    </message>
    <message>
      <source>The entry of the vault with the secret by which webhook-signature is made; unsigned if left out.</source>
      <translation>Der Eintrag im Tresor mit dem Geheimnis für webhook-signature; ohne Angabe ohne Unterschrift.</translation>
    </message>
    <message>
      <source>How long one try may take; 10 if left out.</source>
      <translation>Wie lange ein Versuch dauern darf; ohne Angabe 10.</translation>
    </message>
    <message>
      <source>Whether url may be on your own computer or network.</source>
      <translation>Ob url auf dem eigenen Computer oder im eigenen Netz liegen darf.</translation>
    </message>
    <message>
      <source>Off, it is read and checked, and told nothing.</source>
      <translation>Aus: er wird gelesen und geprüft und erfährt nichts.</translation>
    </message>
    <message>
      <source>Where the gateway listens, and who may call it. Changes hold from the next start on.</source>
      <translation>Wo das Gateway lauscht, und wer es ansprechen darf. Änderungen gelten ab dem nächsten Start.</translation>
    </message>
    <message>
      <source>Programs that ask to be let in, and a person who answers.</source>
      <translation>Programme, die eingelassen werden möchten, und eine Person, die antwortet.</translation>
    </message>
    <message>
      <source>How long providers are waited for, and how much they may answer.</source>
      <translation>Wie lange auf Anbieter gewartet wird, und wie viel sie antworten dürfen.</translation>
    </message>
    <message>
      <source>What is kept of each flight, and for how long.</source>
      <translation>Was von jeder Anfrage aufbewahrt wird, und wie lange.</translation>
    </message>
    <message>
      <source>Automatic backups of gateway.db: which are kept. The newest always is.</source>
      <translation>Selbsttätige Sicherungen von gateway.db: welche bleiben. Die neueste immer.</translation>
    </message>
    <message>
      <source>How what is kept lies on the disk.</source>
      <translation>Wie Aufbewahrtes auf der Platte liegt.</translation>
    </message>
    <message>
      <source>What goes through, told to an OpenTelemetry collector (the extra `otel`).</source>
      <translation>Was hindurchgeht, einem OpenTelemetry-Sammler gemeldet (die Zugabe `otel`).</translation>
    </message>
    <message>
      <source>What holds where a route says nothing else, and for requests that no route is for.</source>
      <translation>Was gilt, wo eine Route nichts anderes sagt, und für Anfragen ohne Route.</translation>
    </message>
    <message>
      <source>What happens when an account does not answer.</source>
      <translation>Was geschieht, wenn ein Konto nicht antwortet.</translation>
    </message>
    <message>
      <source>Runs of vendors' CLIs.</source>
      <translation>Läufe von CLIs der Hersteller.</translation>
    </message>
    <message>
      <source>Snapshots by which the work of agents can be taken back.</source>
      <translation>Aufnahmen, mit denen sich die Arbeit von Agenten zurücknehmen lässt.</translation>
    </message>
    <message>
      <source>How much may go on at once.</source>
      <translation>Wie viel zugleich laufen darf.</translation>
    </message>
    <message>
      <source>What is known and told of vendors' prompt caches.</source>
      <translation>Was von den Prompt-Caches der Hersteller bekannt ist und gesagt wird.</translation>
    </message>
    <message>
      <source>Shorter answers, where a request does not say.</source>
      <translation>Kürzere Antworten, wo eine Anfrage nichts sagt.</translation>
    </message>
    <message>
      <source>What agents may do unasked, and who answers when they ask.</source>
      <translation>Was Agenten ungefragt dürfen, und wer antwortet, wenn sie fragen.</translation>
    </message>
    <message>
      <source>What requests are held for until a person decides.</source>
      <translation>Weswegen Anfragen angehalten werden, bis eine Person entscheidet.</translation>
    </message>
    <message>
      <source>Whether there is a newer version; nobody is asked unless a person says so.</source>
      <translation>Ob es eine neuere Fassung gibt; niemand wird gefragt, wenn es nicht jemand will.</translation>
    </message>
    <message>
      <source>What the window speaks; and the gateway in a browser, for where there is no window.</source>
      <translation>Was das Fenster spricht; und das Gateway in einem Browser, wo es kein Fenster gibt.</translation>
    </message>
    <message>
      <source>Questions, jobs and limits on a phone in the same network.</source>
      <translation>Fragen, Aufträge und Grenzen auf einem Telefon im selben Netz.</translation>
    </message>
    <message>
      <source>Who answers: vendors' services and servers of your own.</source>
      <translation>Wer antwortet: Dienste der Hersteller und eigene Server.</translation>
    </message>
    <message>
      <source>Vendors' CLIs that are to be used otherwise than as they are.</source>
      <translation>CLIs der Hersteller, die anders als üblich benutzt werden sollen.</translation>
    </message>
    <message>
      <source>Rules about who is sent where; the first that matches counts.</source>
      <translation>Regeln, wer wohin geschickt wird; die erste, die passt, gilt.</translation>
    </message>
    <message>
      <source>Names and what they stand for.</source>
      <translation>Namen und wofür sie stehen.</translation>
    </message>
    <message>
      <source>Folders whose programs leave through one account.</source>
      <translation>Ordner, deren Programme über ein Konto hinausgehen.</translation>
    </message>
    <message>
      <source>What models cost where the table that comes along does not say so.</source>
      <translation>Was Modelle kosten, wo die mitgelieferte Tabelle nichts sagt.</translation>
    </message>
    <message>
      <source>What a client may spend and ask for.</source>
      <translation>Was ein Client ausgeben und verlangen darf.</translation>
    </message>
    <message>
      <source>What prompts may hold.</source>
      <translation>Was Prompts enthalten dürfen.</translation>
    </message>
    <message>
      <source>What agents may do, whatever their job says.</source>
      <translation>Was Agenten dürfen, was auch immer ihr Auftrag sagt.</translation>
    </message>
    <message>
      <source>Folders that jobs may be told to work in.</source>
      <translation>Ordner, in denen Aufträge arbeiten dürfen.</translation>
    </message>
    <message>
      <source>MCP servers that runs may be given by their names.</source>
      <translation>MCP-Server, die Läufe mit Namen bekommen dürfen.</translation>
    </message>
    <message>
      <source>Who else is told of alarms: a webhook, or a program.</source>
      <translation>Wer noch Warnmeldungen bekommt: ein Webhook oder ein Programm.</translation>
    </message>
    <message>
      <source>the system's own list</source>
      <translation>die Liste des Systems</translation>
    </message>
    <message>
      <source>An address such as %1</source>
      <translation>Eine Adresse wie %1</translation>
    </message>
    <message>
      <source>32 bytes in Base64, which are 44 characters</source>
      <translation>32 Bytes in Base64, das sind 44 Zeichen</translation>
    </message>
    <message>
      <source>Default off</source>
      <translation>Standard aus</translation>
    </message>
    <message>
      <source>Default on</source>
      <translation>Standard ein</translation>
    </message>
  </context>
  <context>
    <name>app/words</name>
    <message>
      <source>ready</source>
      <translation>bereit</translation>
    </message>
    <message>
      <source>off</source>
      <translation>aus</translation>
    </message>
    <message>
      <source>on</source>
      <translation>ein</translation>
    </message>
    <message>
      <source>none</source>
      <translation>keine</translation>
    </message>
    <message>
      <source>any</source>
      <translation>beliebig</translation>
    </message>
    <message>
      <source>unknown</source>
      <translation>unbekannt</translation>
    </message>
    <message>
      <source>default</source>
      <translation>Standard</translation>
    </message>
    <message>
      <source>optional</source>
      <translation>wahlweise</translation>
    </message>
    <message>
      <source>row</source>
      <translation>Zeile</translation>
    </message>
    <message>
      <source>run</source>
      <translation>Lauf</translation>
    </message>
    <message>
      <source>runs</source>
      <translation>Läufe</translation>
    </message>
    <message>
      <source>session</source>
      <translation>Sitzung</translation>
    </message>
    <message>
      <source>stretch</source>
      <translation>Abschnitt</translation>
    </message>
    <message>
      <source>hour</source>
      <translation>Stunde</translation>
    </message>
    <message>
      <source>day</source>
      <translation>Tag</translation>
    </message>
    <message>
      <source>model</source>
      <translation>Modell</translation>
    </message>
    <message>
      <source>client</source>
      <translation>Client</translation>
    </message>
    <message>
      <source>provider</source>
      <translation>Anbieter</translation>
    </message>
    <message>
      <source>account</source>
      <translation>Konto</translation>
    </message>
    <message>
      <source>project</source>
      <translation>Projekt</translation>
    </message>
    <message>
      <source>answer</source>
      <translation>Antwort</translation>
    </message>
    <message>
      <source>job</source>
      <translation>Auftrag</translation>
    </message>
    <message>
      <source>route</source>
      <translation>Route</translation>
    </message>
    <message>
      <source>request</source>
      <translation>Anfrage</translation>
    </message>
    <message>
      <source>setting</source>
      <translation>Einstellung</translation>
    </message>
    <message>
      <source>key</source>
      <translation>Schlüssel</translation>
    </message>
    <message>
      <source>program</source>
      <translation>Programm</translation>
    </message>
    <message>
      <source>command</source>
      <translation>Befehl</translation>
    </message>
    <message>
      <source>site</source>
      <translation>site</translation>
    </message>
    <message>
      <source>light</source>
      <translation>hell</translation>
    </message>
    <message>
      <source>dark</source>
      <translation>dunkel</translation>
    </message>
    <message>
      <source>system</source>
      <translation>System</translation>
    </message>
    <message>
      <source>Session</source>
      <translation>Sitzung</translation>
    </message>
    <message>
      <source>OK</source>
      <translation>OK</translation>
    </message>
    <message>
      <source>MCP</source>
      <translation>MCP</translation>
    </message>
    <message>
      <source>HTTP</source>
      <translation>HTTP</translation>
    </message>
    <message>
      <source>Ctrl+Enter asks.</source>
      <translation>Strg+Enter fragt.</translation>
    </message>
    <message>
      <source>practice/echo, or any other</source>
      <translation>practice/echo oder ein anderes</translation>
    </message>
    <message>
      <source>%1 jobs run, %2 wait</source>
      <translation>%1 Aufträge laufen, %2 warten</translation>
    </message>
    <message>
      <source>1 job runs, %1 wait</source>
      <translation>1 Auftrag läuft, %1 warten</translation>
    </message>
    <message>
      <source>%1 jobs run, 1 waits</source>
      <translation>%1 Aufträge laufen, 1 wartet</translation>
    </message>
    <message>
      <source>1 job runs, 1 waits</source>
      <translation>1 Auftrag läuft, 1 wartet</translation>
    </message>
    <message>
      <source>%1 jobs run</source>
      <translation>%1 Aufträge laufen</translation>
    </message>
    <message>
      <source>1 job runs</source>
      <translation>1 Auftrag läuft</translation>
    </message>
    <message>
      <source>%1 jobs wait</source>
      <translation>%1 Aufträge warten</translation>
    </message>
    <message>
      <source>1 job waits</source>
      <translation>1 Auftrag wartet</translation>
    </message>
    <message>
      <source>%1 waiting</source>
      <translation>%1 warten</translation>
    </message>
    <message>
      <source>%1 running</source>
      <translation>%1 laufen</translation>
    </message>
    <message>
      <source>%1 questions wait for you.</source>
      <translation>%1 Fragen warten.</translation>
    </message>
    <message>
      <source>1 question waits for you.</source>
      <translation>1 Frage wartet.</translation>
    </message>
    <message>
      <source>%1 asks for access</source>
      <translation>%1 bittet um Zugriff</translation>
    </message>
    <message>
      <source>Running on %1</source>
      <translation>Läuft auf %1</translation>
    </message>
    <message>
      <source>%1 left</source>
      <translation>noch %1</translation>
    </message>
    <message>
      <source>cooling %1</source>
      <translation>pausiert %1</translation>
    </message>
    <message>
      <source>resting %1</source>
      <translation>ruht %1</translation>
    </message>
    <message>
      <source>resets in %1, at %2</source>
      <translation>neu in %1, um %2</translation>
    </message>
    <message>
      <source>resets in %1</source>
      <translation>neu in %1</translation>
    </message>
    <message>
      <source>Last error, %1 ago: %2</source>
      <translation>Letzter Fehler vor %1: %2</translation>
    </message>
    <message>
      <source>%1 ago</source>
      <translation>vor %1</translation>
    </message>
    <message>
      <source>made %1</source>
      <translation>angelegt %1</translation>
    </message>
    <message>
      <source>until %1</source>
      <translation>bis %1</translation>
    </message>
    <message>
      <source>until %1, then it is refused.</source>
      <translation>bis %1, dann wird es abgewiesen.</translation>
    </message>
    <message>
      <source>until %1, then it is denied, and the agent goes on without it.</source>
      <translation>bis %1, dann wird es abgelehnt, und der Agent macht ohne es weiter.</translation>
    </message>
    <message>
      <source>asked at %1</source>
      <translation>gefragt um %1</translation>
    </message>
    <message>
      <source>Default %1</source>
      <translation>Standard %1</translation>
    </message>
    <message>
      <source>since %1</source>
      <translation>seit %1</translation>
    </message>
    <message>
      <source>version %1</source>
      <translation>Fassung %1</translation>
    </message>
    <message>
      <source>No sign-in was found</source>
      <translation>Keine Anmeldung gefunden</translation>
    </message>
    <message>
      <source>Signed in: %1</source>
      <translation>Angemeldet: %1</translation>
    </message>
    <message>
      <source>Signs in with %1</source>
      <translation>Meldet sich an mit %1</translation>
    </message>
    <message>
      <source>Whether somebody is signed in shows in its first run</source>
      <translation>Ob jemand angemeldet ist, zeigt der erste Lauf</translation>
    </message>
    <message>
      <source>OpenAI-compatible server</source>
      <translation>OpenAI-kompatibler Server</translation>
    </message>
    <message>
      <source>It asked for a pause (429).</source>
      <translation>Er bat um eine Pause (429).</translation>
    </message>
    <message>
      <source>It is left alone until then; the others answer.</source>
      <translation>Er wird bis dahin in Ruhe gelassen; die anderen antworten.</translation>
    </message>
    <message>
      <source>%1 is not signed in, or its key is refused: run %2</source>
      <translation>%1 ist nicht angemeldet, oder sein Schlüssel wird abgelehnt: ausführen: %2</translation>
    </message>
    <message>
      <source>%1 providers: %2 ready, %3 cannot answer now, %4 off</source>
      <translation>%1 Anbieter: %2 bereit, %3 können jetzt nicht antworten, %4 aus</translation>
    </message>
    <message>
      <source>%1 ready</source>
      <translation>%1 bereit</translation>
    </message>
    <message>
      <source>%1 off</source>
      <translation>%1 aus</translation>
    </message>
    <message>
      <source>Ask it again now %1</source>
      <translation>Jetzt wieder fragen: %1</translation>
    </message>
    <message>
      <source>Check %1</source>
      <translation>%1 prüfen</translation>
    </message>
    <message>
      <source>Sign in with %1</source>
      <translation>Mit %1 anmelden</translation>
    </message>
    <message>
      <source>Name another key… %1</source>
      <translation>Anderen Schlüssel nennen … %1</translation>
    </message>
    <message>
      <source>Edit route %1</source>
      <translation>Route %1 bearbeiten</translation>
    </message>
    <message>
      <source>Remove route %1</source>
      <translation>Route %1 entfernen</translation>
    </message>
    <message>
      <source>Use route %1</source>
      <translation>Route %1 verwenden</translation>
    </message>
    <message>
      <source>Remove workspace %1</source>
      <translation>Arbeitsbereich %1 entfernen</translation>
    </message>
    <message>
      <source>%1 and %2 more</source>
      <translation>%1 und %2 weitere</translation>
    </message>
    <message>
      <source>%1, let in by %2</source>
      <translation>%1, eingelassen von %2</translation>
    </message>
    <message>
      <source>last used %1</source>
      <translation>zuletzt benutzt %1</translation>
    </message>
    <message>
      <source>registered by %1</source>
      <translation>eingetragen von %1</translation>
    </message>
    <message>
      <source>p95 %1</source>
      <translation>p95 %1</translation>
    </message>
    <message>
      <source>%1 in all, %2 fresh, %3 written</source>
      <translation>%1 insgesamt, %2 neu, %3 geschrieben</translation>
    </message>
    <message>
      <source>use a tool</source>
      <translation>ein Werkzeug benutzen</translation>
    </message>
    <message>
      <source>change %1 files</source>
      <translation>%1 Dateien ändern</translation>
    </message>
    <message>
      <source>change 1 file</source>
      <translation>1 Datei ändern</translation>
    </message>
    <message>
      <source>%1 wants</source>
      <translation>%1 möchte</translation>
    </message>
    <message>
      <source>to use your providers</source>
      <translation>die Anbieter verwenden</translation>
    </message>
    <message>
      <source>may use your providers</source>
      <translation>darf die Anbieter verwenden</translation>
    </message>
    <message>
      <source>see which models you have</source>
      <translation>sehen, welche Modelle es gibt</translation>
    </message>
    <message>
      <source>run vendors' CLIs on this computer, with your sign-ins</source>
      <translation>CLIs der Hersteller hier ausführen, mit deren Anmeldungen</translation>
    </message>
    <message>
      <source>read what it asked before, and what was answered</source>
      <translation>lesen, was es früher gefragt hat und was geantwortet wurde</translation>
    </message>
    <message>
      <source>connect by MCP and see which tools there are</source>
      <translation>sich über MCP verbinden und die Werkzeuge sehen</translation>
    </message>
    <message>
      <source>First p50</source>
      <translation>Erstes p50</translation>
    </message>
    <message>
      <source>Ask it about something</source>
      <translation>Fragen</translation>
    </message>
    <message>
      <source>0 ms</source>
      <translation>0 ms</translation>
    </message>
    <message>
      <source>&lt;0.1 ms</source>
      <translation>&lt;0,1 ms</translation>
    </message>
    <message>
      <source>Sun</source>
      <translation>So.</translation>
    </message>
    <message>
      <source>Sat</source>
      <translation>Sa.</translation>
    </message>
    <message>
      <source>Fri</source>
      <translation>Fr.</translation>
    </message>
    <message>
      <source>Thu</source>
      <translation>Do.</translation>
    </message>
    <message>
      <source>Wed</source>
      <translation>Mi.</translation>
    </message>
    <message>
      <source>Tue</source>
      <translation>Di.</translation>
    </message>
    <message>
      <source>Mon</source>
      <translation>Mo.</translation>
    </message>
    <message>
      <source>%1⟨%2 blank lines⟩
</source>
      <translation>%1⟨%2 leere Zeilen⟩
</translation>
    </message>
    <message>
      <source>⟨%1 blanks⟩</source>
      <translation>⟨%1 Leerzeichen⟩</translation>
    </message>
  </context>
  <context>
    <name>app/gateway</name>
    <message>
      <source>It is switched off in the Task Manager, under Startup apps: switch it on there.</source>
      <translation>Im Task-Manager unter Autostart ist es ausgeschaltet: dort einschalten.</translation>
    </message>
    <message>
      <source>A demo does not start when you log in.</source>
      <translation>Eine Demo startet nicht beim Anmelden.</translation>
    </message>
    <message>
      <source>The gateway answered with status %1.</source>
      <translation>Das Gateway antwortete mit Status %1.</translation>
    </message>
    <message>
      <source>The gateway is not running.</source>
      <translation>Das Gateway läuft nicht.</translation>
    </message>
    <message>
      <source> · %1 under way</source>
      <translation> · %1 laufen</translation>
    </message>
    <message>
      <source> · programs are told to wait</source>
      <translation> · Programme sollen warten</translation>
    </message>
    <message>
      <source>Not running</source>
      <translation>Läuft nicht</translation>
    </message>
    <message>
      <source>Stopped</source>
      <translation>Angehalten</translation>
    </message>
    <message>
      <source>Paused</source>
      <translation>Pausiert</translation>
    </message>
    <message>
      <source>Correct the file; the settings from before it stay in force until then.</source>
      <translation>Bitte die Datei berichtigen; die vorherigen Einstellungen gelten bis dahin.</translation>
    </message>
    <message>
      <source>Requests still go through. The log says when it began.</source>
      <translation>Anfragen gehen weiter durch. Das Protokoll sagt, wann es begann.</translation>
    </message>
    <message>
      <source>The vault does not open: the system's keyring does not answer. It may be waiting for its password in a window; enter it there.</source>
      <translation>Der Tresor öffnet sich nicht: der Schlüsselbund des Systems antwortet nicht. Vielleicht wartet er in einem Fenster auf sein Passwort; bitte dort eingeben.</translation>
    </message>
    <message>
      <source>The display '%1' does not answer.</source>
      <translation>Die Anzeige '%1' antwortet nicht.</translation>
    </message>
    <message>
      <source>There is no display.</source>
      <translation>Es gibt keine Anzeige.</translation>
    </message>
    <message>
      <source>Port %1 on %2 is held by %3. Stop it, or choose another port: --port, LLM_GATEWAY_HTTP_PORT or http.port.</source>
      <translation>Port %1 auf %2 ist belegt von %3. Bitte dieses Programm anhalten oder einen anderen Port wählen: --port, LLM_GATEWAY_HTTP_PORT oder http.port.</translation>
    </message>
    <message>
      <source>a program</source>
      <translation>ein Programm</translation>
    </message>
    <message>
      <source>another program</source>
      <translation>ein anderes Programm</translation>
    </message>
    <message>
      <source>another LLM Gateway</source>
      <translation>ein anderes LLM Gateway</translation>
    </message>
    <message>
      <source>The feed does not say until when it holds: it is not believed.</source>
      <translation>Die Meldung sagt nicht, bis wann sie gilt: ihr wird nicht geglaubt.</translation>
    </message>
    <message>
      <source>The feed tells no version.</source>
      <translation>Die Meldung nennt keine Fassung.</translation>
    </message>
    <message>
      <source>Version %1 is there%2; this is %3.%4</source>
      <translation>Fassung %1 ist da%2; dies ist %3.%4</translation>
    </message>
    <message>
      <source> Get it at %1</source>
      <translation> Erhältlich unter %1</translation>
    </message>
    <message>
      <source>This is the newest version, %1.</source>
      <translation>Dies ist die neueste Fassung, %1.</translation>
    </message>
    <message>
      <source>A feed without a key is not believed: set key of [updates] to the public key of those who make the program.</source>
      <translation>Einer Meldung ohne Schlüssel wird nicht geglaubt: key in [updates] auf den öffentlichen Schlüssel der Hersteller des Programms setzen.</translation>
    </message>
    <message>
      <source>No feed is named, so nobody is asked: set feed and key of [updates]. The page that you have this program from names both.</source>
      <translation>Keine Meldung ist genannt, darum wird niemand gefragt: feed und key in [updates] setzen. Beide nennt die Seite, von der dieses Programm kommt.</translation>
    </message>
    <message>
      <source>Have a CLI do something: a first job</source>
      <translation>Eine CLI etwas tun lassen: ein erster Auftrag</translation>
    </message>
    <message>
      <source>See a first request as a flight</source>
      <translation>Eine erste Anfrage aufgezeichnet sehen</translation>
    </message>
    <message>
      <source>Connect a program: Claude Code, Codex, an editor</source>
      <translation>Ein Programm verbinden: Claude Code, Codex, ein Editor</translation>
    </message>
    <message>
      <source>Have somebody who answers: a provider, or a CLI that is signed in</source>
      <translation>Jemanden haben, der antwortet: einen Anbieter oder eine angemeldete CLI</translation>
    </message>
    <message>
      <source>Set up…</source>
      <translation>Einrichten …</translation>
    </message>
    <message>
      <source>%1, for %2</source>
      <translation>%1, für %2</translation>
    </message>
    <message>
      <source>Keys in the environment</source>
      <translation>Schlüssel in der Umgebung</translation>
    </message>
    <message>
      <source>Local servers</source>
      <translation>Lokale Server</translation>
    </message>
    <message>
      <source>Nothing</source>
      <translation>Nichts</translation>
    </message>
    <message>
      <source>Figures only: who, when, how many tokens, what it cost</source>
      <translation>Nur Zahlen: wer, wann, wie viele Token, was es kostete</translation>
    </message>
    <message>
      <source>Everything: requests and answers too, secrets taken out</source>
      <translation>Alles: auch Anfragen und Antworten, ohne Geheimnisse</translation>
    </message>
    <message>
      <source>Hello from LLM Gateway. Is this thing on?</source>
      <translation>Hallo von LLM Gateway. Ist das hier an?</translation>
    </message>
    <message>
      <source>run file</source>
      <translation>run file</translation>
    </message>
    <message>
      <source>for editors</source>
      <translation>für Editoren</translation>
    </message>
    <message>
      <source>Its log says more. Stop it and start it again.</source>
      <translation>Sein Protokoll sagt mehr. Anhalten und neu starten.</translation>
    </message>
    <message>
      <source>Qt is not installed: pip install 'PySide6-Essentials&lt;6.12', or use: %1</source>
      <translation>Qt ist nicht installiert: pip install 'PySide6-Essentials&lt;6.12', oder: %1</translation>
    </message>
    <message>
      <source>Nothing was done. 'llmgw doctor' tells what can be done about it, such as 'llmgw restore --at newest'; the window asks as well.</source>
      <translation>Nichts wurde getan. „llmgw doctor“ sagt, was sich tun lässt, etwa „llmgw restore --at newest“; das Fenster fragt auch danach.</translation>
    </message>
    <message>
      <source>%1 (pid %2)</source>
      <translation>%1 (pid %2)</translation>
    </message>
    <message>
      <source>The feed held until %1: whoever serves it has an old one, or the clock here is wrong.</source>
      <translation>Die Meldung galt bis %1: wer sie ausgibt, hat eine alte, oder die Uhr hier geht falsch.</translation>
    </message>
    <message>
      <source>The feed is not signed by the key of [updates]: what it says is not believed.</source>
      <translation>Die Meldung ist nicht mit dem Schlüssel von [updates] unterschrieben: was sie sagt, wird nicht geglaubt.</translation>
    </message>
    <message>
      <source>The feed leads to an address that is not https.</source>
      <translation>Die Meldung führt zu einer Adresse, die nicht https ist.</translation>
    </message>
    <message>
      <source>it comes too slowly</source>
      <translation>sie kommt zu langsam</translation>
    </message>
    <message>
      <source>The feed is too large to be one.</source>
      <translation>Die Meldung ist zu groß, um eine zu sein.</translation>
    </message>
    <message>
      <source>The feed at %1 cannot be read: %2.</source>
      <translation>Die Meldung unter %1 kann nicht gelesen werden: %2.</translation>
    </message>
    <message>
      <source>That pairing is over; begin another.</source>
      <translation>Diese Kopplung ist vorbei; bitte eine neue beginnen.</translation>
    </message>
    <message>
      <source>No device of this id is paired.</source>
      <translation>Kein Gerät mit dieser Kennung ist gekoppelt.</translation>
    </message>
    <message>
      <source>expected {"confirm": true}, or false</source>
      <translation>erwartet wird {"confirm": true} oder false</translation>
    </message>
    <message>
      <source>The pocket page cannot be opened: %1</source>
      <translation>Die Seite für unterwegs kann nicht geöffnet werden: %1</translation>
    </message>
    <message>
      <source>No device has shown the code yet, or it is over.</source>
      <translation>Noch kein Gerät hat den Code gezeigt, oder er ist abgelaufen.</translation>
    </message>
    <message>
      <source>A device's name has 1 to %1 characters.</source>
      <translation>Der Name eines Geräts hat 1 bis %1 Zeichen.</translation>
    </message>
    <message>
      <source>open or shut the pocket page</source>
      <translation>die Seite für unterwegs öffnen oder schließen</translation>
    </message>
    <message>
      <source>The pocket page is off: llmgw settings set pocket.host ADDRESS, then pocket.on true.</source>
      <translation>Die Seite für unterwegs ist aus: llmgw settings set pocket.host ADRESSE, dann pocket.on true.</translation>
    </message>
    <message>
      <source>Only the person at this computer pairs devices; '%1' is another client.</source>
      <translation>Nur die Person an diesem Computer koppelt Geräte; „%1“ ist ein anderer Client.</translation>
    </message>
    <message>
      <source>PySide6 %1 crashes on Python %2.%3: pip install 'PySide6-Essentials&lt;6.12', or use Python 3.12.</source>
      <translation>PySide6 %1 stürzt unter Python %2.%3 ab: pip install 'PySide6-Essentials&lt;6.12', oder Python 3.12 benutzen.</translation>
    </message>
    <message>
      <source>pocket.host names no address of this computer that devices could come to.</source>
      <translation>pocket.host nennt keine Adresse dieses Computers, zu der Geräte kommen könnten.</translation>
    </message>
  </context>
  <context>
    <name>app/providers</name>
    <message>
      <source>%1 has no table of its own.</source>
      <translation>%1 hat keine eigene Tabelle.</translation>
    </message>
    <message>
      <source>%1 was removed.</source>
      <translation>%1 wurde entfernt.</translation>
    </message>
    <message>
      <source>%1 was changed.</source>
      <translation>%1 wurde geändert.</translation>
    </message>
    <message>
      <source>%1 was added.</source>
      <translation>%1 wurde hinzugefügt.</translation>
    </message>
    <message>
      <source>paste the key, or choose another place for it</source>
      <translation>den Schlüssel einfügen oder einen anderen Ort dafür wählen</translation>
    </message>
    <message>
      <source> and %1 more</source>
      <translation> und %1 weitere</translation>
    </message>
    <message>
      <source>Models as the provider lists them</source>
      <translation>Modelle, wie der Anbieter sie nennt</translation>
    </message>
    <message>
      <source>on your own network</source>
      <translation>im eigenen Netz</translation>
    </message>
    <message>
      <source>%1 of %2 accounts ready</source>
      <translation>%1 von %2 Konten bereit</translation>
    </message>
    <message>
      <source>all accounts are off</source>
      <translation>alle Konten sind aus</translation>
    </message>
    <message>
      <source>Name where its key is.</source>
      <translation>Sagen, wo sein Schlüssel ist.</translation>
    </message>
    <message>
      <source>Give it a key.</source>
      <translation>Einen Schlüssel geben.</translation>
    </message>
    <message>
      <source>%1 is not set, or is empty, where the gateway was started. Set it there and start the gateway again, or name another key.</source>
      <translation>%1 ist nicht gesetzt oder leer, wo das Gateway gestartet wurde. Dort setzen und das Gateway neu starten, oder einen anderen Schlüssel nennen.</translation>
    </message>
    <message>
      <source>It is not asked: %1. Correct that, or set this provider's proxy.</source>
      <translation>Er wird nicht gefragt: %1. Das berichtigen, oder den Proxy dieses Anbieters setzen.</translation>
    </message>
    <message>
      <source>Its proxy's sign-in is missing. Store it: llmgw vault set %1.</source>
      <translation>Die Anmeldung an seinem Proxy fehlt. Speichern mit: llmgw vault set %1.</translation>
    </message>
    <message>
      <source>Left alone for now: %1%2.</source>
      <translation>Vorerst in Ruhe gelassen: %1%2.</translation>
    </message>
    <message>
      <source>Last error, %1: %2</source>
      <translation>Letzter Fehler, %1: %2</translation>
    </message>
    <message>
      <source>Answers models named practice/…, and no other request ever reaches it.</source>
      <translation>Beantwortet Modelle namens practice/…, und keine andere Anfrage erreicht ihn je.</translation>
    </message>
    <message>
      <source>always there</source>
      <translation>immer da</translation>
    </message>
    <message>
      <source>built in, offline and free</source>
      <translation>eingebaut, ohne Netz und kostenlos</translation>
    </message>
    <message>
      <source>no way to it</source>
      <translation>kein Weg dorthin</translation>
    </message>
    <message>
      <source>no key is set</source>
      <translation>kein Schlüssel gesetzt</translation>
    </message>
    <message>
      <source>US dollars per million tokens</source>
      <translation>US-Dollar je Million Token</translation>
    </message>
    <message>
      <source>It answered with status %1 instead of a list of models.</source>
      <translation>Er antwortete mit Status %1 statt mit einer Liste von Modellen.</translation>
    </message>
    <message>
      <source>It answers with a fault of its own (%1). Try again later.</source>
      <translation>Er antwortet mit einem eigenen Fehler (%1). Bitte später versuchen.</translation>
    </message>
    <message>
      <source>It answers, and asks for a pause or has no quota left (429). Try again later.</source>
      <translation>Er antwortet und bittet um eine Pause oder hat kein Kontingent mehr (429). Bitte später versuchen.</translation>
    </message>
    <message>
      <source>It answers, but has no list of models at this address (404). Check the address; some need /v1 at their end.</source>
      <translation>Er antwortet, hat unter dieser Adresse aber keine Liste von Modellen (404). Bitte die Adresse prüfen; manche brauchen am Ende /v1.</translation>
    </message>
    <message>
      <source>The key was refused (%1). Replace it, and check that it belongs to this address.</source>
      <translation>Der Schlüssel wurde abgelehnt (%1). Bitte ersetzen und prüfen, ob er zu dieser Adresse gehört.</translation>
    </message>
    <message>
      <source>Answered in %1 with %2</source>
      <translation>In %1 geantwortet, mit %2</translation>
    </message>
    <message>
      <source>It answered with something else than a list of models. Is the address right?</source>
      <translation>Er antwortete mit etwas anderem als einer Liste von Modellen. Stimmt die Adresse?</translation>
    </message>
    <message>
      <source>No answer within %1 s. Is the address right, and are you online?</source>
      <translation>Keine Antwort in %1 s. Stimmt die Adresse, und gibt es ein Netz?</translation>
    </message>
    <message>
      <source>It does not answer.</source>
      <translation>Er antwortet nicht.</translation>
    </message>
    <message>
      <source>Ollama runs on this computer, with %1</source>
      <translation>Ollama läuft auf diesem Computer, mit %1</translation>
    </message>
    <message>
      <source>No Ollama answers on 127.0.0.1:11434. Start it and look again.</source>
      <translation>Kein Ollama antwortet auf 127.0.0.1:11434. Bitte starten und nochmals suchen.</translation>
    </message>
    <message>
      <source>It answered with something else than a list of models.</source>
      <translation>Er antwortete mit etwas anderem als einer Liste von Modellen.</translation>
    </message>
    <message>
      <source>LM Studio</source>
      <translation>LM Studio</translation>
    </message>
    <message>
      <source>Ollama</source>
      <translation>Ollama</translation>
    </message>
    <message>
      <source>Asks for the list of models, which costs nothing.</source>
      <translation>Fragt nach der Liste der Modelle; das kostet nichts.</translation>
    </message>
    <message>
      <source>%1 on this computer, with %2</source>
      <translation>%1 auf diesem Computer, mit %2</translation>
    </message>
    <message>
      <source>It does not answer. Test it on its card.</source>
      <translation>Er antwortet nicht. Bitte auf seiner Karte prüfen.</translation>
    </message>
    <message>
      <source>%1 It is here already: %2.</source>
      <translation>%1 Er ist schon hier: %2.</translation>
    </message>
    <message>
      <source>Lists %1</source>
      <translation>Nennt %1</translation>
    </message>
    <message>
      <source>Found in your environment: %1. Use it for %2?</source>
      <translation>In der Umgebung gefunden: %1. Für %2 verwenden?</translation>
    </message>
    <message>
      <source>how much is left is not told</source>
      <translation>wie viel übrig ist, wird nicht gesagt</translation>
    </message>
    <message>
      <source>%1 of %2 left</source>
      <translation>noch %1 von %2</translation>
    </message>
    <message>
      <source>just now</source>
      <translation>gerade eben</translation>
    </message>
    <message>
      <source>, at %1</source>
      <translation>, um %1</translation>
    </message>
    <message>
      <source> · resets in %1</source>
      <translation> · neu in %1</translation>
    </message>
    <message>
      <source>reset since; not asked again yet</source>
      <translation>seitdem neu; noch nicht wieder gefragt</translation>
    </message>
    <message>
      <source>no key named</source>
      <translation>kein Schlüssel genannt</translation>
    </message>
    <message>
      <source>key from %1</source>
      <translation>Schlüssel aus %1</translation>
    </message>
    <message>
      <source>key from the vault, %1</source>
      <translation>Schlüssel aus dem Tresor, %1</translation>
    </message>
    <message>
      <source>signed in through the vendor's own program</source>
      <translation>über das Programm des Herstellers angemeldet</translation>
    </message>
    <message>
      <source>needs no key</source>
      <translation>braucht keinen Schlüssel</translation>
    </message>
    <message>
      <source>quota used up</source>
      <translation>Kontingent aufgebraucht</translation>
    </message>
    <message>
      <source>quota used up, back in%1</source>
      <translation>Kontingent aufgebraucht, zurück in%1</translation>
    </message>
    <message>
      <source>needs a key</source>
      <translation>braucht einen Schlüssel</translation>
    </message>
    <message>
      <source>key refused</source>
      <translation>Schlüssel abgelehnt</translation>
    </message>
    <message>
      <source>sign in again</source>
      <translation>neu anmelden</translation>
    </message>
    <message>
      <source>%1 · %2 kept for you</source>
      <translation>%1 · %2 reserviert</translation>
    </message>
    <message>
      <source>this month</source>
      <translation>diesen Monat</translation>
    </message>
  </context>
  <context>
    <name>app/clis</name>
    <message>
      <source>the CLI chooses the model</source>
      <translation>die CLI wählt das Modell</translation>
    </message>
    <message>
      <source>default model %1</source>
      <translation>Standardmodell %1</translation>
    </message>
    <message>
      <source>%1 of %2 running</source>
      <translation>%1 von %2 laufen</translation>
    </message>
    <message>
      <source>There is no program %1. Correct it in its settings.</source>
      <translation>Es gibt kein Programm %1. Bitte in den Einstellungen berichtigen.</translation>
    </message>
    <message>
      <source>cannot be started</source>
      <translation>lässt sich nicht starten</translation>
    </message>
    <message>
      <source>not installed</source>
      <translation>nicht installiert</translation>
    </message>
    <message>
      <source>sign-in needed</source>
      <translation>Anmeldung nötig</translation>
    </message>
    <message>
      <source>Requests with %1 will fail; others are not touched by it.</source>
      <translation>Anfragen mit %1 werden scheitern; andere betrifft das nicht.</translation>
    </message>
    <message>
      <source>No run can be expected to work.</source>
      <translation>Kein Lauf wird gelingen.</translation>
    </message>
    <message>
      <source>Its help no longer lists %1 (%2). %3</source>
      <translation>Ihre Hilfe nennt %1 nicht mehr (%2). %3</translation>
    </message>
    <message>
      <source>version %1, and the gateway was made for %2</source>
      <translation>Fassung %1, das Gateway wurde für %2 gemacht</translation>
    </message>
    <message>
      <source>whether somebody is signed in shows in its first run</source>
      <translation>ob jemand angemeldet ist, zeigt der erste Lauf</translation>
    </message>
    <message>
      <source>no sign-in was found</source>
      <translation>keine Anmeldung gefunden</translation>
    </message>
    <message>
      <source>signs in with %1</source>
      <translation>meldet sich an mit %1</translation>
    </message>
    <message>
      <source>there is no %1</source>
      <translation>es gibt kein %1</translation>
    </message>
    <message>
      <source>signed in: %1</source>
      <translation>angemeldet: %1</translation>
    </message>
    <message>
      <source>could not reach its registry</source>
      <translation>erreichte ihr Verzeichnis nicht</translation>
    </message>
    <message>
      <source>did not answer in time</source>
      <translation>antwortete nicht rechtzeitig</translation>
    </message>
    <message>
      <source>%1 cannot be started: %2.</source>
      <translation>%1 lässt sich nicht starten: %2.</translation>
    </message>
    <message>
      <source>Asked for its version it ended with exit code %1</source>
      <translation>Nach ihrer Fassung gefragt endete sie mit Code %1</translation>
    </message>
    <message>
      <source>Asked for its version it told none</source>
      <translation>Nach ihrer Fassung gefragt nannte sie keine</translation>
    </message>
    <message>
      <source>It does not say its version in time.</source>
      <translation>Sie nennt ihre Fassung nicht rechtzeitig.</translation>
    </message>
    <message>
      <source>It cannot be started: %1.</source>
      <translation>Sie lässt sich nicht starten: %1.</translation>
    </message>
    <message>
      <source>%1 of the vault</source>
      <translation>%1 aus dem Tresor</translation>
    </message>
    <message>
      <source>ended with exit code %1</source>
      <translation>endete mit Exit-Code %1</translation>
    </message>
    <message>
      <source>was broken off</source>
      <translation>wurde abgebrochen</translation>
    </message>
    <message>
      <source>%1 is not installed%2</source>
      <translation>%1 ist nicht installiert%2</translation>
    </message>
    <message>
      <source>another upgrade of it goes on; wait for its end</source>
      <translation>eine andere Aktualisierung davon läuft noch; bitte ihr Ende abwarten</translation>
    </message>
    <message>
      <source>jobs of it go on; wait for them or cancel them, then ask again</source>
      <translation>Aufträge damit laufen noch; bitte auf sie warten oder sie abbrechen und dann nochmals fragen</translation>
    </message>
    <message>
      <source>it was installed by %1, and there is no %2</source>
      <translation>es wurde von %1 installiert, und %2 gibt es nicht</translation>
    </message>
    <message>
      <source>%1 brings the newest version only: say %2</source>
      <translation>%1 bringt nur die neueste Fassung: bitte %2 angeben</translation>
    </message>
    <message>
      <source>Python packages have versions and no tags</source>
      <translation>Python-Pakete haben Fassungen und keine Tags</translation>
    </message>
    <message>
      <source>Caskroom</source>
      <translation>Caskroom</translation>
    </message>
    <message>
      <source>Cellar</source>
      <translation>Cellar</translation>
    </message>
    <message>
      <source>This changes package.json of %1.</source>
      <translation>Das ändert package.json von %1.</translation>
    </message>
    <message>
      <source>how it was installed does not show, and it has no command for it; upgrade it the way it was installed%1</source>
      <translation>wie es installiert wurde, ist nicht zu sehen, und es hat keinen Befehl dafür; so aktualisieren, wie es installiert wurde%1</translation>
    </message>
    <message>
      <source>, or anew: %1</source>
      <translation>, oder neu: %1</translation>
    </message>
    <message>
      <source>it goes to its newest version only: say %1</source>
      <translation>es geht nur auf seine neueste Fassung: bitte %1 angeben</translation>
    </message>
    <message>
      <source>%1 is on.</source>
      <translation>%1 ist an.</translation>
    </message>
    <message>
      <source>%1 is off.</source>
      <translation>%1 ist aus.</translation>
    </message>
  </context>
  <context>
    <name>app/routing</name>
    <message>
      <source>There are no routes.</source>
      <translation>Es gibt keine Routen.</translation>
    </message>
    <message>
      <source>Its key is missing: </source>
      <translation>Sein Schlüssel fehlt: </translation>
    </message>
    <message>
      <source>Where a route says nothing: %1.</source>
      <translation>Wo eine Route nichts sagt: %1.</translation>
    </message>
    <message>
      <source>Route %1 is now number %2.</source>
      <translation>Route %1 ist jetzt Nummer %2.</translation>
    </message>
    <message>
      <source>Route %1 is %2.</source>
      <translation>Route %1 ist jetzt %2.</translation>
    </message>
    <message>
      <source>Route %1 was removed.</source>
      <translation>Route %1 wurde entfernt.</translation>
    </message>
    <message>
      <source>Route %1 was changed.</source>
      <translation>Route %1 wurde geändert.</translation>
    </message>
    <message>
      <source>Route %1 was added.</source>
      <translation>Route %1 wurde hinzugefügt.</translation>
    </message>
    <message>
      <source>, then </source>
      <translation>, dann </translation>
    </message>
    <message>
      <source>%1 to %2 input tokens</source>
      <translation>%1 bis %2 Eingabe-Token</translation>
    </message>
    <message>
      <source>from %1 input tokens</source>
      <translation>ab %1 Eingabe-Token</translation>
    </message>
    <message>
      <source>up to %1 input tokens</source>
      <translation>bis %1 Eingabe-Token</translation>
    </message>
    <message>
      <source>every request</source>
      <translation>jede Anfrage</translation>
    </message>
    <message>
      <source>any model</source>
      <translation>jedes Modell</translation>
    </message>
    <message>
      <source>, for %1 only</source>
      <translation>, nur für %1</translation>
    </message>
    <message>
      <source>, asked in %1</source>
      <translation>, gefragt über %1</translation>
    </message>
    <message>
      <source> in project %1</source>
      <translation> im Projekt %1</translation>
    </message>
    <message>
      <source> that says it is %1</source>
      <translation> , das sich %1 nennt</translation>
    </message>
    <message>
      <source>token counts</source>
      <translation>Token-Zählungen</translation>
    </message>
    <message>
      <source>As the rule lists them: the next one only if the one before cannot answer.</source>
      <translation>Wie die Regel sie nennt: der nächste nur, wenn der vorige nicht antworten kann.</translation>
    </message>
    <message>
      <source>Whoever has most quota left, costs least and answers fastest.</source>
      <translation>Wer am meisten Kontingent hat, am wenigsten kostet und am schnellsten antwortet.</translation>
    </message>
    <message>
      <source>API keys before subscriptions.</source>
      <translation>API-Schlüssel vor Abonnements.</translation>
    </message>
    <message>
      <source>Subscriptions before API keys; among equals by priority and weight.</source>
      <translation>Abonnements vor API-Schlüsseln; unter Gleichen nach Priorität und Gewicht.</translation>
    </message>
    <message>
      <source>In this order</source>
      <translation>In dieser Reihenfolge</translation>
    </message>
    <message>
      <source>By quota, price and speed</source>
      <translation>Nach Kontingent, Preis und Tempo</translation>
    </message>
    <message>
      <source>API keys first</source>
      <translation>API-Schlüssel zuerst</translation>
    </message>
    <message>
      <source>Subscriptions first</source>
      <translation>Abonnements zuerst</translation>
    </message>
    <message>
      <source>from cache</source>
      <translation>aus dem Cache</translation>
    </message>
    <message>
      <source>first token %1</source>
      <translation>erstes Token %1</translation>
    </message>
    <message>
      <source>Not answered (%1).</source>
      <translation>Nicht beantwortet (%1).</translation>
    </message>
    <message>
      <source>Stopped. What had come by then is recorded.</source>
      <translation>Angehalten. Was bis dahin kam, ist aufgezeichnet.</translation>
    </message>
    <message>
      <source>Answering …</source>
      <translation>Antwortet …</translation>
    </message>
    <message>
      <source>a number from 0 to 2 is wanted</source>
      <translation>erwartet wird eine Zahl von 0 bis 2</translation>
    </message>
    <message>
      <source>a whole number from 1 to %1 is wanted</source>
      <translation>erwartet wird eine ganze Zahl von 1 bis %1</translation>
    </message>
    <message>
      <source>there is nothing to ask yet</source>
      <translation>noch gibt es nichts zu fragen</translation>
    </message>
    <message>
      <source>name a model, such as practice/echo</source>
      <translation>ein Modell nennen, etwa practice/echo</translation>
    </message>
    <message>
      <source>Responses</source>
      <translation>Responses</translation>
    </message>
    <message>
      <source>Route %1. </source>
      <translation>Route %1. </translation>
    </message>
    <message>
      <source>it holds half a character; send whole ones</source>
      <translation>es enthält ein halbes Zeichen; bitte ganze senden</translation>
    </message>
    <message>
      <source>
… (longer than is shown here; its flight has all of it)</source>
      <translation>
… (länger, als hier gezeigt wird; die Anfrage hat alles)</translation>
    </message>
    <message>
      <source>LLM Gateway scratch pad</source>
      <translation>LLM Gateway Notizblock</translation>
    </message>
    <message>
      <source>Route %1 is on.</source>
      <translation>Route %1 ist an.</translation>
    </message>
    <message>
      <source>Route %1 is off.</source>
      <translation>Route %1 ist aus.</translation>
    </message>
    <message>
      <source>OpenAI chat</source>
      <translation>OpenAI chat</translation>
    </message>
  </context>
  <context>
    <name>app/clients</name>
    <message>
      <source>expected ',' or '}' (column %1)</source>
      <translation>erwartet wird ',' oder '}' (Spalte %1)</translation>
    </message>
    <message>
      <source>expected ',' or ']' (column %1)</source>
      <translation>erwartet wird ',' oder ']' (Spalte %1)</translation>
    </message>
    <message>
      <source>expected ':' (column %1)</source>
      <translation>erwartet wird ':' (Spalte %1)</translation>
    </message>
    <message>
      <source>not valid JSON: %1 (column %2)</source>
      <translation>kein gültiges JSON: %1 (Spalte %2)</translation>
    </message>
    <message>
      <source>%1, line %2: not valid JSON: expected ',' or '}' (column %3). Nothing was changed.</source>
      <translation>%1, Zeile %2: kein gültiges JSON: erwartet wird ',' oder '}' (Spalte %3). Nichts wurde geändert.</translation>
    </message>
    <message>
      <source>%1, line %2: not valid JSON: expected ',' or '}' (column %3)</source>
      <translation>%1, Zeile %2: kein gültiges JSON: erwartet wird ',' oder '}' (Spalte %3)</translation>
    </message>
    <message>
      <source>%1 has access again.</source>
      <translation>%1 hat wieder Zugriff.</translation>
    </message>
    <message>
      <source>It cannot be brought back: another key has its name now, or it is gone.</source>
      <translation>Er lässt sich nicht zurückholen: ein anderer Schlüssel hat jetzt seinen Namen, oder er ist fort.</translation>
    </message>
    <message>
      <source>Ten seconds are over: it stays revoked.</source>
      <translation>Zehn Sekunden sind um: er bleibt entzogen.</translation>
    </message>
    <message>
      <source>It has no key any more: it was revoked meanwhile.</source>
      <translation>Er hat keinen Schlüssel mehr: er wurde inzwischen entzogen.</translation>
    </message>
    <message>
      <source>1 day</source>
      <translation>1 Tag</translation>
    </message>
    <message>
      <source>Ends at once</source>
      <translation>Endet sofort</translation>
    </message>
    <message>
      <source>%1, last %2</source>
      <translation>%1, zuletzt %2</translation>
    </message>
    <message>
      <source>has not asked yet</source>
      <translation>hat noch nicht gefragt</translation>
    </message>
    <message>
      <source>All, revoked too</source>
      <translation>Alle, auch entzogene</translation>
    </message>
    <message>
      <source>Revoked</source>
      <translation>Entzogen</translation>
    </message>
    <message>
      <source>Held back by a limit</source>
      <translation>Von einer Grenze aufgehalten</translation>
    </message>
    <message>
      <source>Running now</source>
      <translation>Läuft gerade</translation>
    </message>
    <message>
      <source>All that can ask</source>
      <translation>Alle, die fragen können</translation>
    </message>
    <message>
      <source>Id</source>
      <translation>Kennung</translation>
    </message>
    <message>
      <source>Made</source>
      <translation>Angelegt</translation>
    </message>
    <message>
      <source>until %1 · %2</source>
      <translation>bis %1 · %2</translation>
    </message>
    <message>
      <source>Let in</source>
      <translation>Eingelassen</translation>
    </message>
    <message>
      <source>opens until %1</source>
      <translation>öffnet bis %1</translation>
    </message>
    <message>
      <source>Old key</source>
      <translation>Alter Schlüssel</translation>
    </message>
    <message>
      <source>Time zone</source>
      <translation>Zeitzone</translation>
    </message>
    <message>
      <source>Expires</source>
      <translation>Läuft ab</translation>
    </message>
    <message>
      <source>Rates</source>
      <translation>Raten</translation>
    </message>
    <message>
      <source>%1 at most</source>
      <translation>höchstens %1</translation>
    </message>
    <message>
      <source>At once</source>
      <translation>Zugleich</translation>
    </message>
    <message>
      <source>all or nothing: refused where something would be left out</source>
      <translation>alles oder nichts: abgelehnt, wo etwas wegfiele</translation>
    </message>
    <message>
      <source>Translation</source>
      <translation>Übersetzung</translation>
    </message>
    <message>
      <source>nothing: nobody has let it in, or it ran out</source>
      <translation>nichts: niemand hat es eingelassen, oder es ist abgelaufen</translation>
    </message>
    <message>
      <source>Whom</source>
      <translation>Wer</translation>
    </message>
    <message>
      <source>Each client without limits of its own, each for itself.</source>
      <translation>Jeder Client ohne eigene Grenzen, jeder für sich.</translation>
    </message>
    <message>
      <source>It has none of its own: those of everyone else hold for it, for itself alone.</source>
      <translation>Keine eigenen: die für alle anderen gelten auch hier, für ihn allein.</translation>
    </message>
    <message>
      <source>It has no limits.</source>
      <translation>Er hat keine Grenzen.</translation>
    </message>
    <message>
      <source>the price of %1 not known</source>
      <translation>der Preis von %1 unbekannt</translation>
    </message>
    <message>
      <source>%1 US dollars</source>
      <translation>%1 US-Dollar</translation>
    </message>
    <message>
      <source>Labels today</source>
      <translation>Labels heute</translation>
    </message>
    <message>
      <source>Conversations</source>
      <translation>Gespräche</translation>
    </message>
    <message>
      <source>never</source>
      <translation>nie</translation>
    </message>
    <message>
      <source>Everyone else</source>
      <translation>Alle anderen</translation>
    </message>
    <message>
      <source>limits alone</source>
      <translation>nur Grenzen</translation>
    </message>
    <message>
      <source>all others</source>
      <translation>alle anderen</translation>
    </message>
    <message>
      <source>named by a proxy</source>
      <translation>von einem Proxy genannt</translation>
    </message>
    <message>
      <source>static token</source>
      <translation>festes Token</translation>
    </message>
    <message>
      <source>this computer</source>
      <translation>dieser Computer</translation>
    </message>
    <message>
      <source>too many connections</source>
      <translation>zu viele Verbindungen</translation>
    </message>
    <message>
      <source>budget used up</source>
      <translation>Budget aufgebraucht</translation>
    </message>
    <message>
      <source>not let in</source>
      <translation>nicht eingelassen</translation>
    </message>
    <message>
      <source>a browser</source>
      <translation>ein Browser</translation>
    </message>
    <message>
      <source>Base URL: %1/v1, of Anthropic's programs %2</source>
      <translation>Basis-URL: %1/v1, für Programme von Anthropic %2</translation>
    </message>
    <message>
      <source>Nobody has the name %1. A key of this name would be bound by it.</source>
      <translation>Niemand heißt %1. Ein Schlüssel mit diesem Namen wäre daran gebunden.</translation>
    </message>
    <message>
      <source>Wget</source>
      <translation>Wget</translation>
    </message>
    <message>
      <source>Node.js</source>
      <translation>Node.js</translation>
    </message>
    <message>
      <source>Python (aiohttp)</source>
      <translation>Python (aiohttp)</translation>
    </message>
    <message>
      <source>Python</source>
      <translation>Python</translation>
    </message>
    <message>
      <source>Python (requests)</source>
      <translation>Python (requests)</translation>
    </message>
    <message>
      <source>Google GenAI SDK</source>
      <translation>Google GenAI SDK</translation>
    </message>
    <message>
      <source>Anthropic SDK</source>
      <translation>Anthropic SDK</translation>
    </message>
    <message>
      <source>VS Code</source>
      <translation>VS Code</translation>
    </message>
    <message>
      <source>Zed</source>
      <translation>Zed</translation>
    </message>
    <message>
      <source>Cursor</source>
      <translation>Cursor</translation>
    </message>
    <message>
      <source>Gemini CLI</source>
      <translation>Gemini CLI</translation>
    </message>
    <message>
      <source>Claude Code</source>
      <translation>Claude Code</translation>
    </message>
    <message>
      <source>Python (httpx)</source>
      <translation>Python (httpx)</translation>
    </message>
    <message>
      <source>OpenAI SDK</source>
      <translation>OpenAI SDK</translation>
    </message>
    <message>
      <source>GitHub Copilot</source>
      <translation>GitHub Copilot</translation>
    </message>
  </context>
  <context>
    <name>app/jobs</name>
    <message>
      <source>Goes on from a recorded conversation.</source>
      <translation>Setzt ein aufgezeichnetes Gespräch fort.</translation>
    </message>
    <message>
      <source>It goes on in the same folder and under the same rules, as a job of its own.</source>
      <translation>Er geht im selben Ordner und unter denselben Regeln weiter, als eigener Auftrag.</translation>
    </message>
    <message>
      <source>This one stops waiting for its limit.</source>
      <translation>Dieser wartet dann nicht mehr auf das Ende seiner Grenze.</translation>
    </message>
    <message>
      <source>This one is stopped first; what it changed so far stays.</source>
      <translation>Dieser wird zuerst angehalten; was er bisher geändert hat, bleibt.</translation>
    </message>
    <message>
      <source>Handed over to %1.</source>
      <translation>Übergeben an %1.</translation>
    </message>
    <message>
      <source>Handed over to %1: %2.</source>
      <translation>Übergeben an %1: %2.</translation>
    </message>
    <message>
      <source>Goes on from a job of %1.</source>
      <translation>Führt einen Auftrag von %1 fort.</translation>
    </message>
    <message>
      <source>%1 taken back.%2</source>
      <translation>%1 zurückgenommen.%2</translation>
    </message>
    <message>
      <source>Nothing had to be taken back.%1</source>
      <translation>Nichts musste zurückgenommen werden.%1</translation>
    </message>
    <message>
      <source> %1 stood so already.</source>
      <translation> %1 war schon so.</translation>
    </message>
    <message>
      <source>no text</source>
      <translation>kein Text</translation>
    </message>
    <message>
      <source> (taken back)</source>
      <translation> (zurückgenommen)</translation>
    </message>
    <message>
      <source>There is more than is told here.</source>
      <translation>Es gibt mehr, als hier steht.</translation>
    </message>
    <message>
      <source>Not looked into, and not taken back: %1%2.</source>
      <translation>Nicht angesehen und nicht zurückgenommen: %1%2.</translation>
    </message>
    <message>
      <source> and more</source>
      <translation> und weitere</translation>
    </message>
    <message>
      <source>Nobody looked when it ended: what others changed since is in it too.</source>
      <translation>Bei seinem Ende sah niemand hin: darin ist auch, was andere seitdem geändert haben.</translation>
    </message>
    <message>
      <source>At the same time worked there: %1. Theirs is in it too.</source>
      <translation>Zur selben Zeit arbeitete dort: %1. Auch das ist darin.</translation>
    </message>
    <message>
      <source> so far</source>
      <translation> bisher</translation>
    </message>
    <message>
      <source>No file was changed%1.</source>
      <translation>Keine Datei wurde geändert%1.</translation>
    </message>
    <message>
      <source>%1 changed so far%2%3.</source>
      <translation>%1 bisher geändert%2%3.</translation>
    </message>
    <message>
      <source>%1 changed%2%3.</source>
      <translation>%1 geändert%2%3.</translation>
    </message>
    <message>
      <source>: %1 added, %2 removed</source>
      <translation>: %1 dazu, %2 weg</translation>
    </message>
    <message>
      <source>it writes over a disk</source>
      <translation>er überschreibt ein Laufwerk</translation>
    </message>
    <message>
      <source>it writes a disk anew</source>
      <translation>er beschreibt ein Laufwerk neu</translation>
    </message>
    <message>
      <source>it deletes from a database</source>
      <translation>er löscht aus einer Datenbank</translation>
    </message>
    <message>
      <source>it deletes files of all folders below</source>
      <translation>er löscht Dateien aller Ordner darunter</translation>
    </message>
    <message>
      <source>it writes over a file or disk</source>
      <translation>er überschreibt eine Datei oder ein Laufwerk</translation>
    </message>
    <message>
      <source>it deletes what it finds</source>
      <translation>er löscht, was er findet</translation>
    </message>
    <message>
      <source>it empties files</source>
      <translation>er leert Dateien</translation>
    </message>
    <message>
      <source>it makes files unreadable for ever</source>
      <translation>er macht Dateien für immer unlesbar</translation>
    </message>
    <message>
      <source>it deletes what the other side does not have</source>
      <translation>er löscht, was die andere Seite nicht hat</translation>
    </message>
    <message>
      <source>it changes who may do what with everything</source>
      <translation>er ändert, wer womit was darf</translation>
    </message>
    <message>
      <source>it throws away changes that are not committed</source>
      <translation>er verwirft Änderungen ohne Commit</translation>
    </message>
    <message>
      <source>it deletes files that git does not have</source>
      <translation>er löscht Dateien, die git nicht hat</translation>
    </message>
    <message>
      <source>it writes over a branch elsewhere</source>
      <translation>er überschreibt einen Branch anderswo</translation>
    </message>
    <message>
      <source>it deletes a branch elsewhere</source>
      <translation>er löscht einen Branch anderswo</translation>
    </message>
    <message>
      <source>it deletes a branch with its commits</source>
      <translation>er löscht einen Branch mit seinen Commits</translation>
    </message>
    <message>
      <source>it deletes what was put aside</source>
      <translation>er löscht, was beiseitegelegt war</translation>
    </message>
    <message>
      <source>it deletes the way back to commits</source>
      <translation>er löscht den Weg zurück zu Commits</translation>
    </message>
    <message>
      <source>it deletes commits that no branch has</source>
      <translation>er löscht Commits, die kein Branch hat</translation>
    </message>
    <message>
      <source>it writes the history anew</source>
      <translation>er schreibt die Geschichte neu</translation>
    </message>
    <message>
      <source>it deletes a worktree with its changes</source>
      <translation>er löscht einen Worktree mit seinen Änderungen</translation>
    </message>
    <message>
      <source>it deletes a branch or tag</source>
      <translation>er löscht einen Branch oder Tag</translation>
    </message>
    <message>
      <source>it deletes containers' data</source>
      <translation>er löscht Daten von Containern</translation>
    </message>
    <message>
      <source>it deletes what runs in a cluster</source>
      <translation>er löscht, was in einem Cluster läuft</translation>
    </message>
    <message>
      <source>it tears down what was built</source>
      <translation>er reißt ab, was gebaut wurde</translation>
    </message>
    <message>
      <source>it deletes from cloud storage</source>
      <translation>er löscht aus Cloud-Speicher</translation>
    </message>
    <message>
      <source>it empties a database</source>
      <translation>er leert eine Datenbank</translation>
    </message>
    <message>
      <source>it deletes a database</source>
      <translation>er löscht eine Datenbank</translation>
    </message>
    <message>
      <source>it deletes folders with all that is in them</source>
      <translation>er löscht Ordner mit allem, was darin ist</translation>
    </message>
    <message>
      <source>Commands that destroy something were seen:</source>
      <translation>Befehle, die etwas zerstören, wurden gesehen:</translation>
    </message>
    <message>
      <source>What this job was asked is not kept any more.</source>
      <translation>Was dieser Auftrag gefragt wurde, wird nicht mehr aufbewahrt.</translation>
    </message>
    <message>
      <source>Its session is not known.</source>
      <translation>Seine Sitzung ist nicht bekannt.</translation>
    </message>
    <message>
      <source>Its files cannot be saved in %1: %2.</source>
      <translation>Seine Dateien lassen sich nicht in %1 speichern: %2.</translation>
    </message>
    <message>
      <source>%1 is there already; name another folder.</source>
      <translation>%1 gibt es schon; bitte einen anderen Ordner nennen.</translation>
    </message>
    <message>
      <source>%1%2It goes on by itself, in the same session.</source>
      <translation>%1%2Er geht von selbst weiter, in derselben Sitzung.</translation>
    </message>
    <message>
      <source>It waits until its vendor's limit is over.</source>
      <translation>Er wartet, bis die Grenze des Herstellers vorbei ist.</translation>
    </message>
    <message>
      <source>When the limit is over was not told, so it is tried again. </source>
      <translation>Wann die Grenze vorbei ist, wurde nicht gesagt, darum wird es wieder versucht. </translation>
    </message>
    <message>
      <source>%1It goes on in its session only when you say so.</source>
      <translation>%1Er geht in seiner Sitzung erst weiter, wenn es jemand sagt.</translation>
    </message>
    <message>
      <source>It waits for your word.</source>
      <translation>Er wartet auf ein Wort.</translation>
    </message>
    <message>
      <source>Its vendor says: %1. </source>
      <translation>Der Hersteller sagt: %1. </translation>
    </message>
    <message>
      <source>At its vendor's limit · %1</source>
      <translation>An der Grenze des Herstellers · %1</translation>
    </message>
    <message>
      <source>its end was not told · tried again in %1, %2</source>
      <translation>Ende nicht gesagt · neuer Versuch in %1, %2</translation>
    </message>
    <message>
      <source>goes on in %1, %2</source>
      <translation>geht weiter in %1, %2</translation>
    </message>
    <message>
      <source>At its vendor's limit for %1 · waits for your word</source>
      <translation>Seit %1 an der Grenze des Herstellers · wartet auf ein Wort</translation>
    </message>
    <message>
      <source>It failed and did not say why.</source>
      <translation>Es scheiterte und sagte nicht, warum.</translation>
    </message>
    <message>
      <source>Tries again%1: %2</source>
      <translation>Neuer Versuch%1: %2</translation>
    </message>
    <message>
      <source>, attempt %1</source>
      <translation>, Versuch %1</translation>
    </message>
    <message>
      <source>The tool</source>
      <translation>Das Werkzeug</translation>
    </message>
    <message>
      <source>say what it shall do</source>
      <translation>sagen, was zu tun ist</translation>
    </message>
    <message>
      <source>Each run of a vendor's CLI is listed here and goes on when this app is closed. Start one here (Ctrl+N), or paste this into a terminal:</source>
      <translation>Jeder Lauf der CLI eines Herstellers steht hier und geht weiter, wenn diese Anwendung geschlossen ist. Hier einen starten (Strg+N), oder dies in ein Terminal einfügen:</translation>
    </message>
    <message>
      <source>Install one of the CLIs that the gateway can run (%1 or %2), sign in with it, and look here again.</source>
      <translation>Eine der CLIs installieren, die das Gateway ausführen kann (%1 oder %2), damit anmelden und hier wieder nachsehen.</translation>
    </message>
    <message>
      <source>The gateway is not running. A command will stand here when it is.</source>
      <translation>Das Gateway läuft nicht. Sobald es läuft, steht hier ein Befehl.</translation>
    </message>
    <message>
      <source>Without words</source>
      <translation>Ohne Worte</translation>
    </message>
    <message>
      <source> · active</source>
      <translation> · aktiv</translation>
    </message>
    <message>
      <source>, the rest was dropped</source>
      <translation>, der Rest wurde weggelassen</translation>
    </message>
    <message>
      <source>%1 went on while the app was closed.</source>
      <translation>%1 lief weiter, während die Anwendung zu war.</translation>
    </message>
    <message>
      <source>%1 at a limit</source>
      <translation>%1 an einer Grenze</translation>
    </message>
    <message>
      <source>Working folder</source>
      <translation>Arbeitsordner</translation>
    </message>
    <message>
      <source>Wrote</source>
      <translation>Schrieb</translation>
    </message>
    <message>
      <source>Error category</source>
      <translation>Art des Fehlers</translation>
    </message>
    <message>
      <source>Exit status</source>
      <translation>Endstatus</translation>
    </message>
    <message>
      <source>Requests here</source>
      <translation>Anfragen hier</translation>
    </message>
    <message>
      <source>From cache</source>
      <translation>Aus dem Cache</translation>
    </message>
    <message>
      <source>Contained</source>
      <translation>Eingeschlossen</translation>
    </message>
    <message>
      <source>No</source>
      <translation>Nein</translation>
    </message>
    <message>
      <source>Yes</source>
      <translation>Ja</translation>
    </message>
    <message>
      <source>May change files</source>
      <translation>Darf Dateien ändern</translation>
    </message>
    <message>
      <source>Ended</source>
      <translation>Beendet</translation>
    </message>
    <message>
      <source>Started</source>
      <translation>Gestartet</translation>
    </message>
    <message>
      <source>Yes, by %1%2</source>
      <translation>Ja, durch %1%2</translation>
    </message>
    <message>
      <source>No: it sees what you see. %1</source>
      <translation>Nein: er sieht, was die Person sieht. %1</translation>
    </message>
    <message>
      <source>, and without a network</source>
      <translation>, und ohne Netz</translation>
    </message>
    <message>
      <source>, and it reaches this gateway alone</source>
      <translation>, und er erreicht nur dieses Gateway</translation>
    </message>
    <message>
      <source>Sign in with %1 in a terminal.</source>
      <translation>In einem Terminal mit %1 anmelden.</translation>
    </message>
    <message>
      <source>It ended as %1.</source>
      <translation>Er endete als %1.</translation>
    </message>
    <message>
      <source> (%1 cached)</source>
      <translation> (%1 aus dem Cache)</translation>
    </message>
    <message>
      <source> · silent for %1</source>
      <translation> · still seit %1</translation>
    </message>
    <message>
      <source>Running for %1</source>
      <translation>Läuft seit %1</translation>
    </message>
    <message>
      <source>Running for %1 · %2</source>
      <translation>Läuft seit %1 · %2</translation>
    </message>
    <message>
      <source>Waits for its turn%1 · %2</source>
      <translation>Wartet, bis er an der Reihe ist%1 · %2</translation>
    </message>
    <message>
      <source>: number %1 of those for %2</source>
      <translation>: Nummer %1 von denen für %2</translation>
    </message>
    <message>
      <source>a client</source>
      <translation>ein Client</translation>
    </message>
    <message>
      <source>Run it again; where that does not help, its output may say why.</source>
      <translation>Nochmals laufen lassen; hilft das nicht, sagt vielleicht seine Ausgabe, warum.</translation>
    </message>
    <message>
      <source>Run it again.</source>
      <translation>Nochmals laufen lassen.</translation>
    </message>
    <message>
      <source>Its vendor's service failed: run it again.</source>
      <translation>Der Dienst des Herstellers fiel aus: nochmals laufen lassen.</translation>
    </message>
    <message>
      <source>Its vendor asks for patience: run it again later.</source>
      <translation>Der Hersteller bittet um Geduld: später nochmals laufen lassen.</translation>
    </message>
    <message>
      <source>The client that asked has to ask differently.</source>
      <translation>Der Client muss anders fragen.</translation>
    </message>
    <message>
      <source>Ask with a shorter prompt.</source>
      <translation>Mit einem kürzeren Prompt fragen.</translation>
    </message>
    <message>
      <source>Run it again later, or raise the limits in the settings.</source>
      <translation>Später nochmals laufen lassen, oder die Grenzen in den Einstellungen anheben.</translation>
    </message>
    <message>
      <source>What it said itself stands in its output.</source>
      <translation>Was er selbst sagte, steht in seiner Ausgabe.</translation>
    </message>
    <message>
      <source>Install the program, or name its place as command in the settings of this CLI.</source>
      <translation>Das Programm installieren, oder seinen Ort in den Einstellungen dieser CLI als command nennen.</translation>
    </message>
    <message>
      <source>Ask for less output, or raise limits.max_job_output_bytes in the settings.</source>
      <translation>Um weniger Ausgabe bitten, oder limits.max_job_output_bytes in den Einstellungen anheben.</translation>
    </message>
    <message>
      <source>Where its work is that quiet, the client may ask for more patience.</source>
      <translation>Wo seine Arbeit so still ist, kann der Client um mehr Geduld bitten.</translation>
    </message>
    <message>
      <source>Ask for less at once, or raise jobs.timeout_ms in the settings.</source>
      <translation>Weniger auf einmal verlangen, oder jobs.timeout_ms in den Einstellungen anheben.</translation>
    </message>
    <message>
      <source>Its vendor asks for patience. What was said in its session lies with the CLI: go on from there when the limit is over.</source>
      <translation>Der Hersteller bittet um Geduld. Was in der Sitzung gesagt wurde, liegt bei der CLI: von dort weitermachen, wenn die Grenze vorbei ist.</translation>
    </message>
    <message>
      <source>What was said in its session lies with the CLI: a new job can go on from there.</source>
      <translation>Was in der Sitzung gesagt wurde, liegt bei der CLI: ein neuer Auftrag kann dort weitermachen.</translation>
    </message>
    <message>
      <source>Lost</source>
      <translation>Verloren</translation>
    </message>
    <message>
      <source>Failed</source>
      <translation>Gescheitert</translation>
    </message>
    <message>
      <source>At a limit</source>
      <translation>An einer Grenze</translation>
    </message>
    <message>
      <source>The snapshot took %1.</source>
      <translation>Die Aufnahme dauerte %1.</translation>
    </message>
    <message>
      <source>You were interrupted. Go on where you stopped.</source>
      <translation>You were interrupted. Go on where you stopped.</translation>
    </message>
    <message>
      <source>on %1 %2 at %3</source>
      <translation>am %1 %2 um %3</translation>
    </message>
    <message>
      <source>%1, %2 goes on in %3</source>
      <translation>%1, %2 geht in %3 weiter</translation>
    </message>
    <message>
      <source>the next</source>
      <translation>der nächste</translation>
    </message>
    <message>
      <source>%1, and for your word</source>
      <translation>%1, und auf ein Wort von hier</translation>
    </message>
    <message>
      <source>Handed over to</source>
      <translation>Weitergegeben an</translation>
    </message>
    <message>
      <source>Goes on from</source>
      <translation>Setzt fort</translation>
    </message>
    <message>
      <source>another CLI</source>
      <translation>eine andere CLI</translation>
    </message>
    <message>
      <source>%1 This one is stopped first; what it changed so far stays.</source>
      <translation>%1 Dieser wird zuerst angehalten; was er bisher änderte, bleibt.</translation>
    </message>
    <message>
      <source>%1 This one stops waiting for its limit.</source>
      <translation>%1 Dieser wartet nicht länger auf seine Grenze.</translation>
    </message>
    <message>
      <source>%1%2 (taken back)</source>
      <translation>%1%2 (zurückgenommen)</translation>
    </message>
    <message>
      <source>%1 waits for a limit</source>
      <translation>%1 wartet auf eine Grenze</translation>
    </message>
    <message>
      <source>%1 wait for a limit</source>
      <translation>%1 warten auf eine Grenze</translation>
    </message>
  </context>
  <context>
    <name>app/settings</name>
    <message>
      <source>not set</source>
      <translation>nicht gesetzt</translation>
    </message>
    <message>
      <source>%1: changes in [http] take effect at the next start.</source>
      <translation>%1: Änderungen in [http] gelten ab dem nächsten Start.</translation>
    </message>
    <message>
      <source>%1 is set.</source>
      <translation>%1 ist gesetzt.</translation>
    </message>
    <message>
      <source>%1 is what it was by default.</source>
      <translation>%1 ist, was es von Haus aus war.</translation>
    </message>
    <message>
      <source>there is no such setting; %1</source>
      <translation>diese Einstellung gibt es nicht; %1</translation>
    </message>
    <message>
      <source>'%1' is probably meant</source>
      <translation>gemeint ist wohl „%1“</translation>
    </message>
    <message>
      <source>%1 of this name does not stand in the file</source>
      <translation>%1 mit diesem Namen steht nicht in der Datei</translation>
    </message>
    <message>
      <source>`llmgw settings list` names all</source>
      <translation>`llmgw settings list` nennt alle</translation>
    </message>
  </context>
  <context>
    <name>app/access</name>
    <message>
      <source>%1 by %2, score %3</source>
      <translation>%1 durch %2, Wertung %3</translation>
    </message>
    <message>
      <source>Denied</source>
      <translation>Abgelehnt</translation>
    </message>
    <message>
      <source>Approved</source>
      <translation>Genehmigt</translation>
    </message>
    <message>
      <source>called by %1</source>
      <translation>aufgerufen von %1</translation>
    </message>
    <message>
      <source>job %1, asked for by %2</source>
      <translation>Auftrag %1, verlangt von %2</translation>
    </message>
    <message>
      <source>%1 asked for access</source>
      <translation>%1 bat um Zugriff</translation>
    </message>
    <message>
      <source>sent back to %1 (%2)</source>
      <translation>zurückgeschickt an %1 (%2)</translation>
    </message>
    <message>
      <source>asked to %1</source>
      <translation>wollte %1</translation>
    </message>
    <message>
      <source>Let in: %1, until %2</source>
      <translation>Eingelassen: %1, bis %2</translation>
    </message>
    <message>
      <source>Refused</source>
      <translation>Abgewiesen</translation>
    </message>
    <message>
      <source>Agent</source>
      <translation>Agent</translation>
    </message>
    <message>
      <source>not used yet</source>
      <translation>noch nicht benutzt</translation>
    </message>
    <message>
      <source>a key, %1…, made %2</source>
      <translation>ein Schlüssel, %1…, angelegt %2</translation>
    </message>
    <message>
      <source>until it is revoked</source>
      <translation>bis er entzogen wird</translation>
    </message>
    <message>
      <source>Good for</source>
      <translation>Gut für</translation>
    </message>
    <message>
      <source>Sent back to</source>
      <translation>Zurückgeschickt an</translation>
    </message>
    <message>
      <source>its program ends, at the latest %1</source>
      <translation>bis sein Programm endet, spätestens %1</translation>
    </message>
    <message>
      <source>, let in by %1</source>
      <translation>, eingelassen von %1</translation>
    </message>
    <message>
      <source>unknown program</source>
      <translation>unbekanntes Programm</translation>
    </message>
    <message>
      <source>had no access any more.</source>
      <translation>hatte schon keinen Zugriff mehr.</translation>
    </message>
    <message>
      <source>has no access any more.</source>
      <translation>hat keinen Zugriff mehr.</translation>
    </message>
    <message>
      <source>This looks like a key. Name the program; its key is made here.</source>
      <translation>Das sieht nach einem Schlüssel aus. Hier gehört der Name des Programms hin; sein Schlüssel wird hier angelegt.</translation>
    </message>
    <message>
      <source>'%1' is a name that the gateway gives itself. Choose another.</source>
      <translation>„%1“ ist ein Name, den das Gateway selbst vergibt. Bitte einen anderen wählen.</translation>
    </message>
    <message>
      <source>A client's name has 1 to 60 printable characters.</source>
      <translation>Der Name eines Clients hat 1 bis 60 druckbare Zeichen.</translation>
    </message>
    <message>
      <source>There is already a client named '%1'. Choose another name, or revoke that one first: `llmgw key revoke`.</source>
      <translation>Einen Client mit dem Namen „%1“ gibt es schon. Bitte einen anderen Namen wählen oder jenen zuerst entziehen: `llmgw key revoke`.</translation>
    </message>
  </context>
  <context>
    <name>app/workspaces</name>
    <message>
      <source>%1, default</source>
      <translation>%1, Standard</translation>
    </message>
    <message>
      <source>%1 is no workspace any more; its folder stays as it is.</source>
      <translation>%1 ist kein Arbeitsbereich mehr; sein Ordner bleibt, wie er ist.</translation>
    </message>
    <message>
      <source>as the CLI's settings say</source>
      <translation>wie die Einstellungen der CLI sagen</translation>
    </message>
    <message>
      <source>The worktree is removed.%1</source>
      <translation>Der Worktree ist entfernt.%1</translation>
    </message>
    <message>
      <source> Its branch %1 stays, for it has commits.</source>
      <translation> Sein Branch %1 bleibt, denn er hat Commits.</translation>
    </message>
    <message>
      <source>nothing in it is only there.</source>
      <translation>nichts darin ist nur dort.</translation>
    </message>
    <message>
      <source>its commits stay on their branch.</source>
      <translation>seine Commits bleiben auf ihrem Branch.</translation>
    </message>
    <message>
      <source>%1 are nowhere else and would be lost.</source>
      <translation>%1 sind nirgends sonst und gingen verloren.</translation>
    </message>
    <message>
      <source>nobody can tell what is in it (%1).</source>
      <translation>niemand kann sagen, was darin ist (%1).</translation>
    </message>
    <message>
      <source>no commits of its own</source>
      <translation>keine eigenen Commits</translation>
    </message>
    <message>
      <source>%1 not committed</source>
      <translation>%1 nicht eingecheckt</translation>
    </message>
    <message>
      <source>nothing uncommitted</source>
      <translation>alles eingecheckt</translation>
    </message>
    <message>
      <source>for %1 alone</source>
      <translation>nur für %1</translation>
    </message>
    <message>
      <source>git repository</source>
      <translation>Git-Repository</translation>
    </message>
    <message>
      <source>stands in the settings file, and is changed there</source>
      <translation>steht in der Einstellungsdatei und wird dort geändert</translation>
    </message>
    <message>
      <source>without a network</source>
      <translation>ohne Netz</translation>
    </message>
    <message>
      <source>reaches this gateway alone</source>
      <translation>erreicht nur dieses Gateway</translation>
    </message>
    <message>
      <source>with the network</source>
      <translation>mit Netz</translation>
    </message>
    <message>
      <source>always contained</source>
      <translation>immer eingeschlossen</translation>
    </message>
    <message>
      <source>contained where this computer can</source>
      <translation>eingeschlossen, wo dieser Computer es kann</translation>
    </message>
    <message>
      <source>never contained</source>
      <translation>nie eingeschlossen</translation>
    </message>
    <message>
      <source>the window</source>
      <translation>das Fenster</translation>
    </message>
    <message>
      <source>%1, branch %2</source>
      <translation>%1, Branch %2</translation>
    </message>
    <message>
      <source>There is no snapshot: none is made here.</source>
      <translation>Es gibt keine Aufnahme: hier wird keine gemacht.</translation>
    </message>
    <message>
      <source>changed file</source>
      <translation>geänderte Datei</translation>
    </message>
  </context>
  <context>
    <name>app/questions</name>
    <message>
      <source>Revoke the access of %1</source>
      <translation>%1 den Zugang nehmen</translation>
    </message>
    <message>
      <source>%1 broke off in the middle of its answer.</source>
      <translation>%1 brach mitten in der Antwort ab.</translation>
    </message>
    <message>
      <source>list, store and delete credentials in the vault</source>
      <translation>Zugänge im Tresor auflisten, ablegen und löschen</translation>
    </message>
    <message>
      <source>The app quits when %1 has ended.</source>
      <translation>Die Anwendung wird beendet, sobald %1 zu Ende ist.</translation>
    </message>
    <message>
      <source>The app quits when %1 have ended.</source>
      <translation>Die Anwendung wird beendet, sobald %1 zu Ende sind.</translation>
    </message>
    <message>
      <source>It cannot be read, so everything is asked until it is mended.</source>
      <translation>Sie ist nicht lesbar; bis sie verbessert ist, wird nach allem gefragt.</translation>
    </message>
    <message>
      <source>%1: is nothing of a rule; there are %2</source>
      <translation>%1: gibt es in einer Regel nicht; es gibt %2</translation>
    </message>
    <message>
      <source>Asked last: Over quota until %1; its vendor said so</source>
      <translation>Zuletzt gefragt: Kontingent erschöpft bis %1; sein Hersteller sagte es</translation>
    </message>
    <message>
      <source>by %1, from the window</source>
      <translation>von %1, im Fenster</translation>
    </message>
    <message>
      <source>by %1, from the command line</source>
      <translation>von %1, durch einen Befehl</translation>
    </message>
    <message>
      <source>the command line</source>
      <translation>die Befehlszeile</translation>
    </message>
    <message>
      <source>a device</source>
      <translation>ein Gerät</translation>
    </message>
    <message>
      <source>the consent page</source>
      <translation>die Zustimmungsseite</translation>
    </message>
    <message>
      <source>the settings file</source>
      <translation>die Einstellungsdatei</translation>
    </message>
    <message>
      <source>until %1, then %2</source>
      <translation>bis %1, dann %2</translation>
    </message>
    <message>
      <source>until %1, then it is denied: the tool is not called, and whoever called it is told so.</source>
      <translation>bis %1, dann wird es abgelehnt: das Werkzeug wird nicht aufgerufen, und wer es rief, erfährt es.</translation>
    </message>
    <message>
      <source>until %1, then the request is refused; its caller is told so.</source>
      <translation>bis %1, dann wird die Anfrage abgewiesen; ihr Aufrufer erfährt es.</translation>
    </message>
    <message>
      <source>until %1, then the server is told that you gave no answer.</source>
      <translation>bis %1, dann erfährt der Server, dass keine Antwort kam.</translation>
    </message>
    <message>
      <source>Scopes</source>
      <translation>Rechte</translation>
    </message>
    <message>
      <source>Asks from</source>
      <translation>Fragt von</translation>
    </message>
    <message>
      <source>Calls itself</source>
      <translation>Nennt sich</translation>
    </message>
    <message>
      <source>no place at all</source>
      <translation>gar kein Ort</translation>
    </message>
    <message>
      <source>on the internet</source>
      <translation>im Internet</translation>
    </message>
    <message>
      <source>on your network</source>
      <translation>im eigenen Netz</translation>
    </message>
    <message>
      <source>this computer%1</source>
      <translation>dieser Computer%1</translation>
    </message>
    <message>
      <source>, port %1</source>
      <translation>, Port %1</translation>
    </message>
    <message>
      <source>%1 · the browser shows</source>
      <translation>%1 · der Browser zeigt</translation>
    </message>
    <message>
      <source>was let in before</source>
      <translation>war schon eingelassen</translation>
    </message>
    <message>
      <source>first time</source>
      <translation>zum ersten Mal</translation>
    </message>
    <message>
      <source>it left</source>
      <translation>es ging weg</translation>
    </message>
    <message>
      <source>nobody was there</source>
      <translation>niemand war da</translation>
    </message>
    <message>
      <source>too many questions</source>
      <translation>zu viele Fragen</translation>
    </message>
    <message>
      <source>nobody answered</source>
      <translation>niemand antwortete</translation>
    </message>
    <message>
      <source>as before</source>
      <translation>wie zuvor</translation>
    </message>
    <message>
      <source>on a device</source>
      <translation>auf einem Gerät</translation>
    </message>
    <message>
      <source>by command</source>
      <translation>durch einen Befehl</translation>
    </message>
    <message>
      <source>with the operator's password</source>
      <translation>mit dem Passwort des Betreibers</translation>
    </message>
    <message>
      <source>in the window</source>
      <translation>im Fenster</translation>
    </message>
    <message>
      <source>8 hours</source>
      <translation>8 Stunden</translation>
    </message>
    <message>
      <source>this program ends</source>
      <translation>dieses Programm endet</translation>
    </message>
    <message>
      <source>Tick what it may do, or deny it.</source>
      <translation>Ankreuzen, was es darf, oder ablehnen.</translation>
    </message>
    <message>
      <source>a program without a name</source>
      <translation>ein Programm ohne Namen</translation>
    </message>
    <message>
      <source>name given by the program; not verified</source>
      <translation>vom Programm genannt; ungeprüft</translation>
    </message>
    <message>
      <source>A program wants to use LLM Gateway</source>
      <translation>Ein Programm möchte LLM Gateway benutzen</translation>
    </message>
    <message>
      <source>by a lasting rule</source>
      <translation>durch eine dauerhafte Regel</translation>
    </message>
    <message>
      <source>by the job's rule</source>
      <translation>durch die Regel des Auftrags</translation>
    </message>
    <message>
      <source>because it was withdrawn</source>
      <translation>weil sie zurückgezogen wurde</translation>
    </message>
    <message>
      <source>because nobody answered in time</source>
      <translation>weil niemand rechtzeitig antwortete</translation>
    </message>
    <message>
      <source>A job waits at a limit</source>
      <translation>Ein Auftrag wartet an einer Grenze</translation>
    </message>
    <message>
      <source>A request is held</source>
      <translation>Eine Anfrage ist angehalten</translation>
    </message>
    <message>
      <source>A program asks to be let in</source>
      <translation>Ein Programm möchte eingelassen werden</translation>
    </message>
    <message>
      <source>An agent asks</source>
      <translation>Ein Agent fragt</translation>
    </message>
    <message>
      <source>its working folder</source>
      <translation>sein Arbeitsordner</translation>
    </message>
    <message>
      <source>Changes of %1 files</source>
      <translation>Änderungen an %1 Dateien</translation>
    </message>
    <message>
      <source>It does not say what.</source>
      <translation>Es sagt nicht, was.</translation>
    </message>
    <message>
      <source>As it was asked</source>
      <translation>Wie gefragt</translation>
    </message>
    <message>
      <source>Arguments</source>
      <translation>Argumente</translation>
    </message>
    <message>
      <source>Server and tool</source>
      <translation>Server und Werkzeug</translation>
    </message>
    <message>
      <source>Address</source>
      <translation>Adresse</translation>
    </message>
    <message>
      <source>Command</source>
      <translation>Befehl</translation>
    </message>
    <message>
      <source>%1 wants to %2</source>
      <translation>%1 möchte %2</translation>
    </message>
    <message>
      <source>use a tool of an MCP server</source>
      <translation>ein Werkzeug eines MCP-Servers benutzen</translation>
    </message>
    <message>
      <source>fetch an address</source>
      <translation>eine Adresse abrufen</translation>
    </message>
    <message>
      <source>change files</source>
      <translation>Dateien ändern</translation>
    </message>
    <message>
      <source>run a command</source>
      <translation>einen Befehl ausführen</translation>
    </message>
    <message>
      <source>For this session means</source>
      <translation>Für diese Sitzung heißt</translation>
    </message>
    <message>
      <source>For this job means</source>
      <translation>Für diesen Auftrag heißt</translation>
    </message>
    <message>
      <source>Job stopped</source>
      <translation>Auftrag angehalten</translation>
    </message>
    <message>
      <source>Allowed for the job</source>
      <translation>Für den Auftrag erlaubt</translation>
    </message>
    <message>
      <source>Allowed once</source>
      <translation>Einmal erlaubt</translation>
    </message>
    <message>
      <source>by the settings</source>
      <translation>durch die Einstellungen</translation>
    </message>
    <message>
      <source>The agent's own words</source>
      <translation>Die eigenen Worte des Agenten</translation>
    </message>
    <message>
      <source>An agent asks for permission</source>
      <translation>Ein Agent bittet um Erlaubnis</translation>
    </message>
    <message>
      <source>%1 questions wait for you</source>
      <translation>%1 Fragen warten</translation>
    </message>
    <message>
      <source>1 question waits for you</source>
      <translation>1 Frage wartet</translation>
    </message>
    <message>
      <source>Held: %1</source>
      <translation>Angehalten: %1</translation>
    </message>
    <message>
      <source>%1 answered; %2 had an answer already.</source>
      <translation>%1 beantwortet; %2 hatten schon eine Antwort.</translation>
    </message>
    <message>
      <source>%1 had theirs already.</source>
      <translation>%1 hatten ihre schon.</translation>
    </message>
    <message>
      <source>Answered.</source>
      <translation>Beantwortet.</translation>
    </message>
    <message>
      <source>who is let in is let in to something; deny it instead</source>
      <translation>wer eingelassen wird, wird zu etwas eingelassen; sonst ablehnen</translation>
    </message>
    <message>
      <source>The rule %1 is %2.</source>
      <translation>Die Regel %1 ist jetzt %2.</translation>
    </message>
    <message>
      <source>The rule %1 is gone.</source>
      <translation>Die Regel %1 ist fort.</translation>
    </message>
    <message>
      <source>%1 is allowed %2 from now on.</source>
      <translation>%1 ist ab jetzt erlaubt, %2.</translation>
    </message>
    <message>
      <source>It would not allow this question.</source>
      <translation>Diese Frage würde sie nicht erlauben.</translation>
    </message>
    <message>
      <source>the rules</source>
      <translation>die Regeln</translation>
    </message>
    <message>
      <source>the rule</source>
      <translation>die Regel</translation>
    </message>
    <message>
      <source>Question expires in %1:%2 and is then %3.</source>
      <translation>Die Frage läuft in %1:%2 ab und ist dann %3.</translation>
    </message>
    <message>
      <source>sends your access to %1 %2</source>
      <translation>sendet den Zugang an %1 %2</translation>
    </message>
    <message>
      <source>sends your access to the computer at %1%2</source>
      <translation>sendet den Zugang an den Computer %1%2</translation>
    </message>
    <message>
      <source>sends your access to whichever program opens «%1:» addresses</source>
      <translation>sendet den Zugang an das Programm, das Adressen mit „%1:“ öffnet</translation>
    </message>
    <message>
      <source>sends your access to an address that cannot be read</source>
      <translation>sendet den Zugang an eine Adresse, die nicht zu lesen ist</translation>
    </message>
    <message>
      <source>%1 · pid %2%3</source>
      <translation>%1 · pid %2%3</translation>
    </message>
    <message>
      <source> · user %1</source>
      <translation> · Benutzer %1</translation>
    </message>
    <message>
      <source>%1%2 asks for access</source>
      <translation>%1%2 bittet um Zugang</translation>
    </message>
    <message>
      <source>  Look: %1</source>
      <translation>  Nachsehen: %1</translation>
    </message>
    <message>
      <source>%1  %2, waits %3</source>
      <translation>%1  %2, wartet seit %3</translation>
    </message>
    <message>
      <source>, by %1</source>
      <translation>, durch %1</translation>
    </message>
    <message>
      <source> and is then</source>
      <translation> und ist dann</translation>
    </message>
    <message>
      <source>  (new, or all of it anew)</source>
      <translation>  (neu, oder alles davon neu)</translation>
    </message>
    <message>
      <source>  (nothing of its text changes)</source>
      <translation>  (an seinem Text ändert sich nichts)</translation>
    </message>
    <message>
      <source>for %1 m %2 s</source>
      <translation>seit %1 m %2 s</translation>
    </message>
    <message>
      <source>for %1 s</source>
      <translation>seit %1 s</translation>
    </message>
    <message>
      <source>The rule %1 holds from now on.</source>
      <translation>Die Regel %1 gilt ab jetzt.</translation>
    </message>
    <message>
      <source>The rule %1 is changed.</source>
      <translation>Die Regel %1 ist geändert.</translation>
    </message>
    <message>
      <source>, %1 of which you denied.</source>
      <translation>, %1 davon von Hand abgelehnt.</translation>
    </message>
    <message>
      <source>Holds %1. Of the last %2 it would have allowed</source>
      <translation>Gilt %1. Von den letzten %2 hätte sie erlaubt:</translation>
    </message>
    <message>
      <source>in the workspace %1</source>
      <translation>im Arbeitsbereich %1</translation>
    </message>
    <message>
      <source>there is no rule '%1'</source>
      <translation>es gibt keine Regel „%1“</translation>
    </message>
    <message>
      <source>there is a rule '%1' already</source>
      <translation>eine Regel „%1“ gibt es schon</translation>
    </message>
    <message>
      <source>The rule %1 is on.</source>
      <translation>Die Regel %1 ist an.</translation>
    </message>
    <message>
      <source>The rule %1 is off.</source>
      <translation>Die Regel %1 ist aus.</translation>
    </message>
    <message>
      <source>the rule '%1' counts before it, so it would change nothing: change that one</source>
      <translation>die Regel „%1“ gilt vor ihr, sie würde also nichts ändern: ändere jene</translation>
    </message>
    <message>
      <source>the settings</source>
      <translation>die Einstellungen</translation>
    </message>
</context>
  <context>
    <name>app/policy</name>
    <message>
      <source>an hour</source>
      <translation>je Stunde</translation>
    </message>
    <message>
      <source>%1, at %2</source>
      <translation>%1, um %2</translation>
    </message>
    <message>
      <source>opens in %1</source>
      <translation>öffnet in %1</translation>
    </message>
    <message>
      <source>Open again.</source>
      <translation>Wieder offen.</translation>
    </message>
    <message>
      <source>Opens again in %1.</source>
      <translation>Öffnet wieder in %1.</translation>
    </message>
    <message>
      <source>%1 times, last</source>
      <translation>%1 Mal, zuletzt</translation>
    </message>
    <message>
      <source>used up</source>
      <translation>aufgebraucht</translation>
    </message>
    <message>
      <source>begins anew %1</source>
      <translation>beginnt neu %1</translation>
    </message>
    <message>
      <source>%1 today in all</source>
      <translation>%1 heute insgesamt</translation>
    </message>
    <message>
      <source>%1 reserved by what runs</source>
      <translation>%1 von Laufendem reserviert</translation>
    </message>
    <message>
      <source>how much is used is not known yet</source>
      <translation>wie viel verbraucht ist, ist noch nicht bekannt</translation>
    </message>
    <message>
      <source>at the end of %1</source>
      <translation>am Ende von %1</translation>
    </message>
    <message>
      <source>%1: %2 used</source>
      <translation>%1: %2 verbraucht</translation>
    </message>
    <message>
      <source>1 token</source>
      <translation>1 Token</translation>
    </message>
    <message>
      <source>a day</source>
      <translation>je Tag</translation>
    </message>
    <message>
      <source>a minute</source>
      <translation>je Minute</translation>
    </message>
    <message>
      <source>a second</source>
      <translation>je Sekunde</translation>
    </message>
    <message>
      <source>everyone else</source>
      <translation>alle anderen</translation>
    </message>
    <message>
      <source>%1 taken away.</source>
      <translation>%1 entzogen.</translation>
    </message>
    <message>
      <source>goes on</source>
      <translation>geht weiter</translation>
    </message>
    <message>
      <source>This computer's own access key</source>
      <translation>Der eigene Zugangsschlüssel dieses Computers</translation>
    </message>
    <message>
      <source>Its prompts are sent again at full price. The tab Cache of the request says more.</source>
      <translation>Seine Prompts werden wieder zum vollen Preis gesendet. Der Reiter Cache der Anfrage sagt mehr.</translation>
    </message>
    <message>
      <source>%1's cache misses since %2: %3</source>
      <translation>Cache-Fehltreffer von %1 seit %2: %3</translation>
    </message>
    <message>
      <source>See what it does, or pause it.</source>
      <translation>Nachsehen, was es tut, oder es anhalten.</translation>
    </message>
    <message>
      <source>They showed no good key, or come from another computer.</source>
      <translation>Sie zeigten keinen gültigen Schlüssel oder kommen von einem anderen Computer.</translation>
    </message>
    <message>
      <source>Somebody at %1</source>
      <translation>Jemand bei %1</translation>
    </message>
    <message>
      <source>%1%2. What comes beyond is refused; others are served.</source>
      <translation>%1%2. Was darüber hinaus kommt, wird abgewiesen; andere werden bedient.</translation>
    </message>
    <message>
      <source>%1: %2 since %3</source>
      <translation>%1: %2 seit %3</translation>
    </message>
    <message>
      <source>%1 programs or addresses hold too many connections to the gateway.</source>
      <translation>%1 Programme oder Adressen halten zu viele Verbindungen zum Gateway.</translation>
    </message>
    <message>
      <source>%1 holds %2 to the gateway.</source>
      <translation>%1 hält %2 zum Gateway.</translation>
    </message>
    <message>
      <source>Its requests are refused; %1.</source>
      <translation>Seine Anfragen werden abgewiesen; %1.</translation>
    </message>
    <message>
      <source>%1 has used %2 % of its %3</source>
      <translation>%1 hat %2 % von %3 verbraucht</translation>
    </message>
    <message>
      <source>%1 has used up its %2</source>
      <translation>%1 hat aufgebraucht: %2</translation>
    </message>
    <message>
      <source>it begins anew at %1</source>
      <translation>es beginnt neu um %1</translation>
    </message>
    <message>
      <source>it does not begin anew</source>
      <translation>es beginnt nicht neu</translation>
    </message>
    <message>
      <source>Refused %1 %2: </source>
      <translation>%1 abgewiesen, %2: </translation>
    </message>
    <message>
      <source>The limits of %1 were</source>
      <translation>Die Grenzen von %1 sind</translation>
    </message>
    <message>
      <source>is paused: %1 until you let it go on</source>
      <translation>ist angehalten: %1, bis es weitergehen darf</translation>
    </message>
    <message>
      <source>models and MCP are refused to it</source>
      <translation>Modelle und MCP werden ihm verwehrt</translation>
    </message>
    <message>
      <source>it is refused</source>
      <translation>er wird abgewiesen</translation>
    </message>
    <message>
      <source>It ended with code %1%2.</source>
      <translation>Es endete mit Code %1%2.</translation>
    </message>
    <message>
      <source>It was not done within %1 s, or said more than is read; it was ended.</source>
      <translation>Es war nicht binnen %1 s fertig oder sagte mehr, als gelesen wird; es wurde beendet.</translation>
    </message>
    <message>
      <source>Nothing has happened. Somebody asked for it with llmgw notify test.</source>
      <translation>Nichts ist geschehen. Jemand bat darum mit llmgw notify test.</translation>
    </message>
    <message>
      <source>A test of LLM Gateway: this is how an alarm reaches you</source>
      <translation>Eine Probe von LLM Gateway: so kommt ein Alarm an</translation>
    </message>
    <message>
      <source>A job of %1 waits at a limit</source>
      <translation>Ein Auftrag von %1 wartet an einer Grenze</translation>
    </message>
    <message>
      <source>answers %1: %2 tokens a second, and %3 before</source>
      <translation>antwortet %1: %2 Token je Sekunde, zuvor %3</translation>
    </message>
    <message>
      <source>costs %1 % of what it did</source>
      <translation>kostet %1 % von dem, was es kostete</translation>
    </message>
    <message>
      <source>costs %1 times what it did</source>
      <translation>kostet das %1-Fache</translation>
    </message>
    <message>
      <source>costs nothing now</source>
      <translation>kostet jetzt nichts</translation>
    </message>
    <message>
      <source>costs something now; it was free</source>
      <translation>kostet jetzt etwas; es war kostenlos</translation>
    </message>
    <message>
      <source>The last words: %1.</source>
      <translation>Die letzten Worte: %1.</translation>
    </message>
    <message>
      <source>Nothing was said in them and no tool was called, though they ended well.</source>
      <translation>Nichts wurde darin gesagt und kein Werkzeug aufgerufen, obwohl sie gut endeten.</translation>
    </message>
    <message>
      <source>Each of the last five answers came so. It is compared with the ones before.</source>
      <translation>Jede der letzten fünf Antworten kam so. Verglichen wird mit denen davor.</translation>
    </message>
    <message>
      <source>Each of the last five answers cost so for the same tokens. It is compared with the ones before.</source>
      <translation>Jede der letzten fünf Antworten kostete so viel für dieselben Token. Verglichen wird mit denen davor.</translation>
    </message>
    <message>
      <source>The vendor says so of its answer. Routes and aliases had asked for the former.</source>
      <translation>Der Hersteller sagt es von seiner Antwort. Routen und Kurznamen hatten das frühere verlangt.</translation>
    </message>
    <message>
      <source>%1 refused %2 in a row</source>
      <translation>%1 lehnte hintereinander %2 ab</translation>
    </message>
    <message>
      <source>%1: %2 of %3 had nothing in them</source>
      <translation>%1: in %2 von %3 stand nichts</translation>
    </message>
    <message>
      <source>%1: %2 answered in the place of %3</source>
      <translation>%1: %2 antwortete an der Stelle von %3</translation>
    </message>
    <message>
      <source>Since %1 more than %2 are refused; others are served. %3</source>
      <translation>Seit %1 werden mehr als %2 abgewiesen; andere werden bedient. %3</translation>
    </message>
    <message>
      <source>it begins anew on %1 %2%3 at %4</source>
      <translation>es beginnt neu am %1 %2%3 um %4</translation>
    </message>
    <message>
      <source>%1 is left; %2.</source>
      <translation>Noch %1; %2.</translation>
    </message>
    <message>
      <source>%1 are left; %2.</source>
      <translation>Noch %1; %2.</translation>
    </message>
  </context>
  <context>
    <name>app/validation</name>
    <message>
      <source>Fell</source>
      <translation>Gefallen</translation>
    </message>
    <message>
      <source>Saved as %1. «llmgw receipt verify» checks it on any machine.</source>
      <translation>Gespeichert als %1. „llmgw receipt verify“ prüft ihn auf jedem Computer.</translation>
    </message>
    <message>
      <source>no contradiction</source>
      <translation>kein Widerspruch</translation>
    </message>
    <message>
      <source>%1 by one alone</source>
      <translation>%1 nur von einem</translation>
    </message>
    <message>
      <source>%1 by some</source>
      <translation>%1 von einigen</translation>
    </message>
    <message>
      <source>%1 shared by all who answered</source>
      <translation>%1 von allen, die geantwortet haben</translation>
    </message>
    <message>
      <source>Two answers are needed to compare them.</source>
      <translation>Zum Vergleichen braucht es zwei Antworten.</translation>
    </message>
    <message>
      <source>gave no answer</source>
      <translation>gab keine Antwort</translation>
    </message>
    <message>
      <source>does not say it</source>
      <translation>sagt es nicht</translation>
    </message>
    <message>
      <source>contradicts it</source>
      <translation>widerspricht dem</translation>
    </message>
    <message>
      <source>says it</source>
      <translation>sagt es</translation>
    </message>
    <message>
      <source>leads to %1</source>
      <translation>führt zu %1</translation>
    </message>
    <message>
      <source>the model that it chooses</source>
      <translation>das Modell ihrer Wahl</translation>
    </message>
    <message>
      <source>its usual model, %1</source>
      <translation>ihr übliches Modell, %1</translation>
    </message>
    <message>
      <source>Practice: free, offline</source>
      <translation>Übung: kostenlos, ohne Netz</translation>
    </message>
    <message>
      <source>CLIs on this computer</source>
      <translation>CLIs auf diesem Computer</translation>
    </message>
    <message>
      <source>At most %1 are asked at once here: take %2 down.</source>
      <translation>Höchstens %1 werden hier zugleich gefragt: bitte %2 herausnehmen.</translation>
    </message>
    <message>
      <source>Nobody is asked yet: add one or more models.</source>
      <translation>Noch wird niemand gefragt: ein oder mehrere Modelle hinzufügen.</translation>
    </message>
    <message>
      <source>There is no question: write one, or choose what is to be done with the text.</source>
      <translation>Es gibt keine Frage: eine schreiben, oder wählen, was mit dem Text geschehen soll.</translation>
    </message>
    <message>
      <source>There is nothing to ask yet: write a question.</source>
      <translation>Noch gibt es nichts zu fragen: eine Frage schreiben.</translation>
    </message>
    <message>
      <source>Taken from an equal run of the last hour.</source>
      <translation>Von einem gleichen Lauf der letzten Stunde übernommen.</translation>
    </message>
    <message>
      <source>Sign in with %1 in a terminal, then ask again.</source>
      <translation>In einem Terminal mit %1 anmelden, dann nochmals fragen.</translation>
    </message>
    <message>
      <source>It ended well and said nothing: this counts as no answer.</source>
      <translation>Es endete gut und sagte nichts: das zählt als keine Antwort.</translation>
    </message>
    <message>
      <source>It was canceled; it counts with nobody.</source>
      <translation>Abgebrochen; zählt bei niemandem.</translation>
    </message>
    <message>
      <source>Next step: %1</source>
      <translation>Nächster Schritt: %1</translation>
    </message>
    <message>
      <source>Verdict: %1</source>
      <translation>Urteil: %1</translation>
    </message>
    <message>
      <source>%1 of %2 answered: %3</source>
      <translation>%1 von %2 antworteten: %3</translation>
    </message>
    <message>
      <source>no clear verdict</source>
      <translation>kein klares Urteil</translation>
    </message>
    <message>
      <source>Ask again, or ask others.</source>
      <translation>Nochmals fragen, oder andere fragen.</translation>
    </message>
    <message>
      <source>%1 of %2 answered</source>
      <translation>%1 von %2 antworteten</translation>
    </message>
    <message>
      <source>%1 of %2 have answered</source>
      <translation>%1 von %2 haben geantwortet</translation>
    </message>
    <message>
      <source>%1 · %2 tokens · %3</source>
      <translation>%1 · %2 Token · %3</translation>
    </message>
    <message>
      <source>Said nothing</source>
      <translation>Sagte nichts</translation>
    </message>
    <message>
      <source>It gave no reasons that could be read.</source>
      <translation>Keine lesbaren Gründe.</translation>
    </message>
    <message>
      <source>no clear verdict has more voices than another</source>
      <translation>kein klares Urteil hat mehr Stimmen als ein anderes</translation>
    </message>
    <message>
      <source>fewer than two thirds are of one mind, or all who are come from one vendor</source>
      <translation>weniger als zwei Drittel sind einer Meinung, oder alle, die es sind, kommen von einem Hersteller</translation>
    </message>
    <message>
      <source>two thirds or more, of at least two vendors, are of one mind</source>
      <translation>zwei Drittel oder mehr, von mindestens zwei Herstellern, sind einer Meinung</translation>
    </message>
    <message>
      <source>three or more of at least two vendors are of one mind, nobody dissents and nothing contradicts</source>
      <translation>drei oder mehr von mindestens zwei Herstellern sind einer Meinung, niemand weicht ab und nichts widerspricht</translation>
    </message>
    <message>
      <source>Choose another model.</source>
      <translation>Ein anderes Modell wählen.</translation>
    </message>
    <message>
      <source>Its job keeps all that it wrote.</source>
      <translation>Sein Auftrag behält alles, was er schrieb.</translation>
    </message>
    <message>
      <source>Disagrees</source>
      <translation>Widerspricht</translation>
    </message>
    <message>
      <source>Agrees</source>
      <translation>Stimmt zu</translation>
    </message>
    <message>
      <source>No answer</source>
      <translation>Keine Antwort</translation>
    </message>
    <message>
      <source>Still to come</source>
      <translation>Steht noch aus</translation>
    </message>
    <message>
      <source>Answered</source>
      <translation>Geantwortet</translation>
    </message>
    <message>
      <source>No clear verdict</source>
      <translation>Kein klares Urteil</translation>
    </message>
    <message>
      <source>With conditions</source>
      <translation>Mit Bedingungen</translation>
    </message>
    <message>
      <source>Fail</source>
      <translation>Nicht bestanden</translation>
    </message>
    <message>
      <source>Pass</source>
      <translation>Bestanden</translation>
    </message>
    <message>
      <source>Answering</source>
      <translation>Antwortet</translation>
    </message>
    <message>
      <source>Synthesis</source>
      <translation>Zusammenfassung</translation>
    </message>
    <message>
      <source>Review of changes</source>
      <translation>Durchsicht von Änderungen</translation>
    </message>
    <message>
      <source>Second opinion</source>
      <translation>Zweite Meinung</translation>
    </message>
    <message>
      <source>Consensus</source>
      <translation>Konsens</translation>
    </message>
    <message>
      <source>Red team</source>
      <translation>Gegenrede</translation>
    </message>
    <message>
      <source>Validate</source>
      <translation>Prüfung</translation>
    </message>
    <message>
      <source>its answer has no words: say a check</source>
      <translation>seine Antwort hat keine Worte: bitte eine Prüfung angeben</translation>
    </message>
    <message>
      <source>its answer cannot be read (%1): say a check</source>
      <translation>seine Antwort ist nicht lesbar (%1): bitte eine Prüfung angeben</translation>
    </message>
    <message>
      <source>its answer was not recorded whole: say a check</source>
      <translation>seine Antwort wurde nicht ganz aufgezeichnet: bitte eine Prüfung angeben</translation>
    </message>
    <message>
      <source>%1 cannot be read: %2</source>
      <translation>%1 kann nicht gelesen werden: %2</translation>
    </message>
    <message>
      <source>Added to %1 as '%2', with %3; %4 in it.</source>
      <translation>Zu %1 hinzugefügt als „%2“, mit %3; %4 darin.</translation>
    </message>
    <message>
      <source>%1 would have more than %2 bytes</source>
      <translation>%1 hätte mehr als %2 Byte</translation>
    </message>
    <message>
      <source>a set has at most %1 cases</source>
      <translation>ein Satz hat höchstens %1 Fälle</translation>
    </message>
    <message>
      <source>%1 has a case '%2' already</source>
      <translation>%1 hat schon einen Fall „%2“</translation>
    </message>
    <message>
      <source>it has more than %1 bytes</source>
      <translation>er hat mehr als %1 Byte</translation>
    </message>
    <message>
      <source>Risks:
</source>
      <translation>Risiken:
</translation>
    </message>
  </context>
  <context>
    <name>app/audit</name>
    <message>
      <source>Before → after</source>
      <translation>Vorher → nachher</translation>
    </message>
    <message>
      <source>Nothing of this is in the log.</source>
      <translation>Nichts davon steht im Protokoll.</translation>
    </message>
    <message>
      <source>%1 not shown.</source>
      <translation>%1 nicht gezeigt.</translation>
    </message>
    <message>
      <source>%1: %2 → gone</source>
      <translation>%1: %2 → fort</translation>
    </message>
    <message>
      <source>not known</source>
      <translation>unbekannt</translation>
    </message>
    <message>
      <source>the gateway itself</source>
      <translation>das Gateway selbst</translation>
    </message>
    <message>
      <source>settings file</source>
      <translation>Einstellungsdatei</translation>
    </message>
    <message>
      <source>consent page</source>
      <translation>Zustimmungsseite</translation>
    </message>
    <message>
      <source>command line</source>
      <translation>Befehlszeile</translation>
    </message>
    <message>
      <source>Worktree removed</source>
      <translation>Worktree entfernt</translation>
    </message>
    <message>
      <source>Worktree made</source>
      <translation>Worktree angelegt</translation>
    </message>
    <message>
      <source>Workspace removed</source>
      <translation>Arbeitsbereich entfernt</translation>
    </message>
    <message>
      <source>Workspace changed</source>
      <translation>Arbeitsbereich geändert</translation>
    </message>
    <message>
      <source>Workspace added</source>
      <translation>Arbeitsbereich hinzugefügt</translation>
    </message>
    <message>
      <source>Web view opened</source>
      <translation>Web-Ansicht geöffnet</translation>
    </message>
    <message>
      <source>Vault entry stored</source>
      <translation>Tresoreintrag gespeichert</translation>
    </message>
    <message>
      <source>Vault's master key changed</source>
      <translation>Hauptschlüssel des Tresors gewechselt</translation>
    </message>
    <message>
      <source>Vault restored from a backup</source>
      <translation>Tresor aus einer Sicherung wiederhergestellt</translation>
    </message>
    <message>
      <source>Vault entry replaced</source>
      <translation>Tresoreintrag ersetzt</translation>
    </message>
    <message>
      <source>Vault entry deleted</source>
      <translation>Tresoreintrag gelöscht</translation>
    </message>
    <message>
      <source>Vault cleared</source>
      <translation>Tresor geleert</translation>
    </message>
    <message>
      <source>Vault read for a backup</source>
      <translation>Tresor für eine Sicherung gelesen</translation>
    </message>
    <message>
      <source>Tools of an MCP server offered</source>
      <translation>Werkzeuge eines MCP-Servers angeboten</translation>
    </message>
    <message>
      <source>Tool of an MCP server hidden</source>
      <translation>Werkzeug eines MCP-Servers verborgen</translation>
    </message>
    <message>
      <source>Tool of an MCP server approved</source>
      <translation>Werkzeug eines MCP-Servers genehmigt</translation>
    </message>
    <message>
      <source>Store replaced</source>
      <translation>Speicher ersetzt</translation>
    </message>
    <message>
      <source>Store used as it is</source>
      <translation>Speicher verwendet, wie er ist</translation>
    </message>
    <message>
      <source>Settings changed</source>
      <translation>Einstellungen geändert</translation>
    </message>
    <message>
      <source>Secret for registering set</source>
      <translation>Geheimnis zum Eintragen gesetzt</translation>
    </message>
    <message>
      <source>Secret for registering removed</source>
      <translation>Geheimnis zum Eintragen entfernt</translation>
    </message>
    <message>
      <source>Program's set-up taken back</source>
      <translation>Einrichtung eines Programms zurückgenommen</translation>
    </message>
    <message>
      <source>Program set up</source>
      <translation>Programm eingerichtet</translation>
    </message>
    <message>
      <source>Agent denied</source>
      <translation>Agent abgelehnt</translation>
    </message>
    <message>
      <source>Agent allowed</source>
      <translation>Agent erlaubt</translation>
    </message>
    <message>
      <source>Program's secret changed</source>
      <translation>Geheimnis eines Programms gewechselt</translation>
    </message>
    <message>
      <source>Program revoked</source>
      <translation>Programm: Zugriff entzogen</translation>
    </message>
    <message>
      <source>Program registered</source>
      <translation>Programm eingetragen</translation>
    </message>
    <message>
      <source>Key changed for another</source>
      <translation>Schlüssel gewechselt</translation>
    </message>
    <message>
      <source>Key revoked</source>
      <translation>Schlüssel entzogen</translation>
    </message>
    <message>
      <source>Key brought back</source>
      <translation>Schlüssel zurückgeholt</translation>
    </message>
    <message>
      <source>Key made</source>
      <translation>Schlüssel angelegt</translation>
    </message>
    <message>
      <source>Home restored from a backup</source>
      <translation>Datenordner aus einer Sicherung wiederhergestellt</translation>
    </message>
    <message>
      <source>Home backed up to a file</source>
      <translation>Datenordner in eine Datei gesichert</translation>
    </message>
    <message>
      <source>Held request refused</source>
      <translation>Angehaltene Anfrage abgelehnt</translation>
    </message>
    <message>
      <source>Held request let on</source>
      <translation>Angehaltene Anfrage weitergelassen</translation>
    </message>
    <message>
      <source>Access revoked</source>
      <translation>Zugriff entzogen</translation>
    </message>
    <message>
      <source>Access given back</source>
      <translation>Zugriff zurückgegeben</translation>
    </message>
    <message>
      <source>Access given</source>
      <translation>Zugriff gegeben</translation>
    </message>
    <message>
      <source>Gateway stopped</source>
      <translation>Gateway beendet</translation>
    </message>
    <message>
      <source>Gateway started</source>
      <translation>Gateway gestartet</translation>
    </message>
    <message>
      <source>Gateway resumed</source>
      <translation>Gateway fortgesetzt</translation>
    </message>
    <message>
      <source>Gateway paused</source>
      <translation>Gateway pausiert</translation>
    </message>
    <message>
      <source>Gate denied a run</source>
      <translation>Prüfung hat einen Lauf abgelehnt</translation>
    </message>
    <message>
      <source>Gate approved a run</source>
      <translation>Prüfung hat einen Lauf genehmigt</translation>
    </message>
    <message>
      <source>Old flights kept</source>
      <translation>Alte Anfragen behalten</translation>
    </message>
    <message>
      <source>Old flights given up</source>
      <translation>Alte Anfragen aufgegeben</translation>
    </message>
    <message>
      <source>Device revoked</source>
      <translation>Gerät: Kopplung aufgehoben</translation>
    </message>
    <message>
      <source>Device paired</source>
      <translation>Gerät gekoppelt</translation>
    </message>
    <message>
      <source>Operator's password set</source>
      <translation>Passwort des Betreibers gesetzt</translation>
    </message>
    <message>
      <source>Operator's password removed</source>
      <translation>Passwort des Betreibers entfernt</translation>
    </message>
    <message>
      <source>Program refused</source>
      <translation>Programm abgewiesen</translation>
    </message>
    <message>
      <source>Program let in</source>
      <translation>Programm eingelassen</translation>
    </message>
    <message>
      <source>Audit log sealed without its head</source>
      <translation>Protokoll ohne seinen Kopf versiegelt</translation>
    </message>
    <message>
      <source>CLI upgraded</source>
      <translation>CLI aktualisiert</translation>
    </message>
    <message>
      <source>CLI upgrade failed</source>
      <translation>Aktualisierung einer CLI gescheitert</translation>
    </message>
    <message>
      <source>CLI upgrade begun</source>
      <translation>Aktualisierung einer CLI begonnen</translation>
    </message>
    <message>
      <source>Access key of this computer's person made</source>
      <translation>Zugangsschlüssel dieses Computers angelegt</translation>
    </message>
    <message>
      <source>Entry %1 of the audit log cannot be read; nothing was exported. 'llmgw audit verify' says more.</source>
      <translation>Eintrag %1 des Protokolls kann nicht gelesen werden; nichts wurde exportiert. „llmgw audit verify“ sagt mehr.</translation>
    </message>
    <message>
      <source>The file ends at entry %1, and says that it holds %2: its end was cut off.</source>
      <translation>Die Datei endet bei Eintrag %1 und sagt, dass sie %2 enthält: ihr Ende wurde abgeschnitten.</translation>
    </message>
    <message>
      <source>%1: the chain is whole, sealed up to entry %2%3.</source>
      <translation>%1: die Kette ist ganz, versiegelt bis Eintrag %2%3.</translation>
    </message>
    <message>
      <source>, %1 after it not yet</source>
      <translation>, %1 danach noch nicht</translation>
    </message>
    <message>
      <source>%1: the chain is whole. It is not sealed yet: 'llmgw audit seal' does that.</source>
      <translation>%1: die Kette ist ganz. Sie ist noch nicht versiegelt: das tut „llmgw audit seal“.</translation>
    </message>
    <message>
      <source>The log was tampered with. %1</source>
      <translation>Das Protokoll wurde verändert. %1</translation>
    </message>
    <message>
      <source>%1 written to %2.</source>
      <translation>%1 nach %2 geschrieben.</translation>
    </message>
    <message>
      <source>Put audit-head.json back as it was beside gateway.db. 'llmgw audit seal --anew' seals without it; do so only if you know why it is gone.</source>
      <translation>audit-head.json so wieder neben gateway.db legen, wie es war. „llmgw audit seal --anew“ versiegelt ohne sie; nur, wenn bekannt ist, warum sie fehlt.</translation>
    </message>
    <message>
      <source>'llmgw audit seal --anew' seals all the same; do so only if you know why it is so.</source>
      <translation>„llmgw audit seal --anew“ versiegelt trotzdem; nur, wenn bekannt ist, warum es so ist.</translation>
    </message>
    <message>
      <source>by %1%2, from %3</source>
      <translation>von %1%2, von %3</translation>
    </message>
    <message>
      <source>%1  entry %2: %3</source>
      <translation>%1  Eintrag %2: %3</translation>
    </message>
    <message>
      <source> (client %1)</source>
      <translation> (Client %1)</translation>
    </message>
  </context>
  <context>
    <name>app/connect</name>
    <message>
      <source>there was nothing left of it</source>
      <translation>es war nichts mehr davon übrig</translation>
    </message>
    <message>
      <source>its key is revoked</source>
      <translation>sein Schlüssel ist entzogen</translation>
    </message>
    <message>
      <source>last asked %1 · 24 h: %2</source>
      <translation>zuletzt gefragt %1 · 24 h: %2</translation>
    </message>
    <message>
      <source>has not asked for anything yet</source>
      <translation>hat noch nichts gefragt</translation>
    </message>
    <message>
      <source>%1 is set up. Start it anew to have it see the change.</source>
      <translation>%1 ist eingerichtet. Neu starten, damit es die Änderung sieht.</translation>
    </message>
    <message>
      <source>%1 is taken back: %2.</source>
      <translation>%1 ist zurückgenommen: %2.</translation>
    </message>
    <message>
      <source>%1 is unpinned: %2.</source>
      <translation>%1 ist gelöst: %2.</translation>
    </message>
    <message>
      <source>%1 is not pinned any more.</source>
      <translation>%1 ist nicht mehr gebunden.</translation>
    </message>
    <message>
      <source>%1 of %2 here %3 set up</source>
      <translation>%1 von %2 hier eingerichtet%3</translation>
    </message>
    <message>
      <source>It has another key than the one made for it. Set it up again.</source>
      <translation>Es hat einen anderen Schlüssel als den dafür angelegten. Bitte neu einrichten.</translation>
    </message>
    <message>
      <source>Its key was revoked. Set it up again for a new one.</source>
      <translation>Sein Schlüssel wurde entzogen. Für einen neuen bitte neu einrichten.</translation>
    </message>
    <message>
      <source>It asks %1, and the gateway is %2. Set it up again.</source>
      <translation>Es fragt %1, und das Gateway ist %2. Bitte neu einrichten.</translation>
    </message>
    <message>
      <source>It starts %1, which is gone. Set it up again.</source>
      <translation>Es startet %1, das fort ist. Bitte neu einrichten.</translation>
    </message>
    <message>
      <source>Some of our keys are gone.</source>
      <translation>Einige eigene Schlüssel sind fort.</translation>
    </message>
    <message>
      <source>Our entry was changed.</source>
      <translation>Der eigene Eintrag wurde geändert.</translation>
    </message>
    <message>
      <source>Our entry is gone from its settings.</source>
      <translation>Der eigene Eintrag ist aus seinen Einstellungen verschwunden.</translation>
    </message>
    <message>
      <source>MCP by %1%2</source>
      <translation>MCP über %1%2</translation>
    </message>
    <message>
      <source>, and its models</source>
      <translation>, und seine Modelle</translation>
    </message>
    <message>
      <source>cannot be read</source>
      <translation>nicht lesbar</translation>
    </message>
    <message>
      <source>out of date</source>
      <translation>veraltet</translation>
    </message>
    <message>
      <source>changed since</source>
      <translation>seitdem geändert</translation>
    </message>
    <message>
      <source>set up by hand</source>
      <translation>von Hand eingerichtet</translation>
    </message>
    <message>
      <source>set up</source>
      <translation>eingerichtet</translation>
    </message>
    <message>
      <source>not set up</source>
      <translation>nicht eingerichtet</translation>
    </message>
    <message>
      <source>It has another entry of this name; undoing brings that back.</source>
      <translation>Es hat einen anderen Eintrag dieses Namens; Rückgängig bringt ihn zurück.</translation>
    </message>
    <message>
      <source>Set it up again, or undo.</source>
      <translation>Neu einrichten, oder rückgängig machen.</translation>
    </message>
    <message>
      <source>%1 has another base URL now: who reads it passes by the pin.</source>
      <translation>%1 hat jetzt eine andere Basis-URL: wer sie liest, geht an der Bindung vorbei.</translation>
    </message>
    <message>
      <source>No program there was given its base URL by llmgw pin.</source>
      <translation>Kein Programm dort bekam seine Basis-URL von llmgw pin.</translation>
    </message>
    <message>
      <source>The folder is gone.</source>
      <translation>Der Ordner ist fort.</translation>
    </message>
    <message>
      <source>leaves through %1%2%3</source>
      <translation>geht hinaus über %1%2%3</translation>
    </message>
    <message>
      <source>, at most %1</source>
      <translation>, höchstens %1</translation>
    </message>
    <message>
      <source>, answered by %1</source>
      <translation>, beantwortet von %1</translation>
    </message>
    <message>
      <source>is refused</source>
      <translation>wird abgewiesen</translation>
    </message>
    <message>
      <source>, held to the rules</source>
      <translation>, an die Regeln gebunden</translation>
    </message>
    <message>
      <source>was changed by another program meanwhile; look at it again. Nothing was changed.</source>
      <translation>wurde inzwischen von einem anderen Programm geändert; bitte nochmals ansehen. Nichts wurde geändert.</translation>
    </message>
    <message>
      <source>was changed</source>
      <translation>wurde geändert</translation>
    </message>
    <message>
      <source>%1 takes no rules in its settings</source>
      <translation>%1 nimmt in seinen Einstellungen keine Regeln an</translation>
    </message>
    <message>
      <source>not written: '%1' has words of your own</source>
      <translation>nicht geschrieben: „%1“ hat eigene Worte</translation>
    </message>
    <message>
      <source>held nothing of ours any more</source>
      <translation>enthielt nichts mehr von hier</translation>
    </message>
    <message>
      <source>has changed since; only our keys were taken out</source>
      <translation>hat sich seither geändert; nur die Schlüssel von hier wurden entfernt</translation>
    </message>
    <message>
      <source>was made for this and is gone again</source>
      <translation>wurde dafür angelegt und ist wieder weg</translation>
    </message>
    <message>
      <source>is as it was before, byte for byte</source>
      <translation>ist wie zuvor, Byte für Byte</translation>
    </message>
    <message>
      <source>was changed by another program right after it was written</source>
      <translation>wurde gleich nach dem Schreiben von einem anderen Programm geändert</translation>
    </message>
    <message>
      <source>(no file)</source>
      <translation>(keine Datei)</translation>
    </message>
    <message>
      <source>for a key stands in it</source>
      <translation>denn ein Schlüssel steht darin</translation>
    </message>
    <message>
      <source>its kinds</source>
      <translation>ihre Arten</translation>
    </message>
    <message>
      <source>its variables</source>
      <translation>ihre Variablen</translation>
    </message>
    <message>
      <source>its hours</source>
      <translation>ihre Zeiten</translation>
    </message>
    <message>
      <source>its clients</source>
      <translation>ihre Clients</translation>
    </message>
    <message>
      <source>its workspaces</source>
      <translation>ihre Arbeitsbereiche</translation>
    </message>
    <message>
      <source>it is off</source>
      <translation>sie ist aus</translation>
    </message>
    <message>
      <source>it has a mistake</source>
      <translation>sie hat einen Fehler</translation>
    </message>
    <message>
      <source>; its hook holds it to the rule</source>
      <translation>; sein Hook hält es an die Regel</translation>
    </message>
    <message>
      <source>it is about sev</source>
      <translation>it is about sev</translation>
    </message>
    <message>
      <source>there are no</source>
      <translation>there are no</translation>
    </message>
    <message>
      <source>not written: %1</source>
      <translation>nicht geschrieben: %1</translation>
    </message>
    <message>
      <source>its own settings cannot say it</source>
      <translation>seine eigenen Einstellungen können es nicht sagen</translation>
    </message>
    <message>
      <source>written but for %1 of %2 patterns</source>
      <translation>geschrieben, außer %1 von %2 Mustern</translation>
    </message>
    <message>
      <source>it is about several things at once, or about all</source>
      <translation>sie betrifft mehreres zugleich oder alles</translation>
    </message>
    <message>
      <source>it is about other CLIs</source>
      <translation>sie betrifft andere CLIs</translation>
    </message>
    <message>
      <source>there are no words for %1</source>
      <translation>es gibt keine Worte für %1</translation>
    </message>
    <message>
      <source>Its table [pins] is gone: what comes by its base URL is refused.</source>
      <translation>Seine Tabelle [pins] fehlt: was über seine Basis-URL kommt, wird abgewiesen.</translation>
    </message>
    <message>
      <source>expected an amount such as '5 usd a day', '2000000 tokens a month' or '100 requests an hour'; there are %1</source>
      <translation>erwartet wird eine Menge wie „5 usd a day“, „2000000 tokens a month“ oder „100 requests an hour“; gegeben sind %1</translation>
    </message>
    <message>
      <source>Claude Code has no key for the gateway yet: llmgw connect claude-code --models</source>
      <translation>Claude Code hat noch keinen Schlüssel für das Gateway: llmgw connect claude-code --models</translation>
    </message>
    <message>
      <source>direnv asks you to allow the file: direnv allow %1</source>
      <translation>direnv fragt, ob die Datei erlaubt ist: direnv allow %1</translation>
    </message>
    <message>
      <source>Gemini CLI got no file there, which would hide %1 from it: use direnv, or set GOOGLE_GEMINI_BASE_URL by hand</source>
      <translation>Gemini CLI hat dort keine Datei bekommen, denn sie würde %1 vor ihm verdecken: nehmen Sie direnv, oder setzen Sie GOOGLE_GEMINI_BASE_URL von Hand</translation>
    </message>
    <message>
      <source>is no project's folder; what holds everywhere stands in [[routes]]</source>
      <translation>ist kein Ordner eines Projekts; was überall gilt, steht in [[routes]]</translation>
    </message>
    <message>
      <source>there is no such folder</source>
      <translation>diesen Ordner gibt es nicht</translation>
    </message>
    <message>
      <source>0 takes another port at every start, and programs that are set up would not find it; set a fixed one, such as 3333</source>
      <translation>0 nimmt bei jedem Start einen anderen Port, und eingerichtete Programme fänden ihn nicht; bitte einen festen setzen, etwa 3333</translation>
    </message>
    <message>
      <source>Grok</source>
      <translation>Grok</translation>
    </message>
    <message>
      <source>Windsurf</source>
      <translation>Windsurf</translation>
    </message>
    <message>
      <source>Visual Studio Code</source>
      <translation>Visual Studio Code</translation>
    </message>
    <message>
      <source>Library/Application Support</source>
      <translation>Library/Application Support</translation>
    </message>
    <message>
      <source>Authorization</source>
      <translation>Authorization</translation>
    </message>
    <message>
      <source>MCP by %1%2, held to the rules</source>
      <translation>MCP über %1%2, an die Regeln gebunden</translation>
    </message>
    <message>
      <source>GitHub Copilot CLI</source>
      <translation>GitHub Copilot CLI</translation>
    </message>
    <message>
      <source>AppData/Roaming</source>
      <translation>AppData/Roaming</translation>
    </message>
  </context>
  <context>
    <name>app/flights</name>
    <message>
      <source>Entry %1 cannot be read</source>
      <translation>Eintrag %1 ist nicht lesbar</translation>
    </message>
    <message>
      <source>not valid JSON</source>
      <translation>kein gültiges JSON</translation>
    </message>
    <message>
      <source>%1, %2: Asked last: Over quota until %3; its vendor said so.</source>
      <translation>%1, %2: Zuletzt gefragt: Kontingent erschöpft bis %3; sein Hersteller sagte es.</translation>
    </message>
    <message>
      <source>%1, %2: Asked last: Over quota until %3; its vendor said so</source>
      <translation>%1, %2: Zuletzt gefragt: Kontingent erschöpft bis %3; sein Hersteller sagte es</translation>
    </message>
    <message>
      <source>Timeline of %1</source>
      <translation>Verlauf von %1</translation>
    </message>
    <message>
      <source>See what it does, or pause it</source>
      <translation>Nachsehen, was es tut, oder es anhalten</translation>
    </message>
    <message>
      <source>They showed no good key, or come from another computer</source>
      <translation>Sie zeigten keinen gültigen Schlüssel oder kommen von einem anderen Rechner</translation>
    </message>
    <message>
      <source>%1: %2 from %3 → %4</source>
      <translation>%1: %2 von %3 → %4</translation>
    </message>
    <message>
      <source>The settings say so</source>
      <translation>Die Einstellungen sagen es so</translation>
    </message>
    <message>
      <source>until %1, then it is refused</source>
      <translation>bis %1, dann wird es abgewiesen</translation>
    </message>
    <message>
      <source>Tool call %1</source>
      <translation>Werkzeugaufruf %1</translation>
    </message>
    <message>
      <source>Provider's tool %1</source>
      <translation>Werkzeug des Anbieters %1</translation>
    </message>
    <message>
      <source>Thinking %1</source>
      <translation>Denken %1</translation>
    </message>
    <message>
      <source>Part %1</source>
      <translation>Teil %1</translation>
    </message>
    <message>
      <source>Result of %1, failed</source>
      <translation>Ergebnis von %1, gescheitert</translation>
    </message>
    <message>
      <source>running, %1 calls, the last one %2, %3 failed</source>
      <translation>läuft, %1 Aufrufe, der letzte %2, %3 gescheitert</translation>
    </message>
    <message>
      <source>not running, %1 calls, the last one %2, %3 failed</source>
      <translation>läuft nicht, %1 Aufrufe, der letzte %2, %3 gescheitert</translation>
    </message>
    <message>
      <source>expected %1 = a number above 0</source>
      <translation>erwartet wird %1 = eine Zahl über 0</translation>
    </message>
    <message>
      <source>%1 = a number above 0</source>
      <translation>%1 = eine Zahl über 0</translation>
    </message>
    <message>
      <source>Priority</source>
      <translation>Vorrang</translation>
    </message>
    <message>
      <source>it runs until %1</source>
      <translation>es läuft bis %1</translation>
    </message>
    <message>
      <source>This month so far %1; est. %2 in all: four times in five between %3 and %4, by the last %5 days.</source>
      <translation>Diesen Monat bisher %1; geschätzt %2 insgesamt: in vier von fünf Fällen zwischen %3 und %4, nach den letzten %5 Tagen.</translation>
    </message>
    <message>
      <source>–. %1, %2: The provider is switched off.</source>
      <translation>–. %1, %2: Der Anbieter ist ausgeschaltet.</translation>
    </message>
    <message>
      <source>case %1 · %2: regex: Nothing in it fits %3.</source>
      <translation>Fall %1 · %2: regex: Nichts darin passt auf %3.</translation>
    </message>
    <message>
      <source>%1, %2: Asked last: Over quota until %3</source>
      <translation>%1, %2: Zuletzt gefragt: Kontingent erschöpft bis %3</translation>
    </message>
    <message>
      <source>Tool run by a provider (%1).</source>
      <translation>Werkzeug, das ein Anbieter ausführt (%1).</translation>
    </message>
    <message>
      <source>%1: Tool run by a provider (%2).</source>
      <translation>%1: Werkzeug, das ein Anbieter ausführt (%2).</translation>
    </message>
    <message>
      <source>stop_sequence: Which stop sequence was met.</source>
      <translation>stop_sequence: Welche Stoppfolge getroffen wurde.</translation>
    </message>
    <message>
      <source>%1: How much to think (%2).</source>
      <translation>%1: Wie viel gedacht wird (%2).</translation>
    </message>
    <message>
      <source>%1: Field %2.</source>
      <translation>%1: Feld %2.</translation>
    </message>
    <message>
      <source>%1: Cache mark.</source>
      <translation>%1: Cache-Marke.</translation>
    </message>
    <message>
      <source>a number above 0</source>
      <translation>eine Zahl über 0</translation>
    </message>
    <message>
      <source>is nothing of a rule; there are %1</source>
      <translation>gibt es in einer Regel nicht; es gibt %1</translation>
    </message>
    <message>
      <source>Every call of the tool %1 of %2</source>
      <translation>Jeder Aufruf des Werkzeugs %1 von %2</translation>
    </message>
    <message>
      <source>allow · commands %1</source>
      <translation>erlauben · Befehle %1</translation>
    </message>
    <message>
      <source>ask · commands %1</source>
      <translation>fragen · Befehle %1</translation>
    </message>
    <message>
      <source>deny · commands %1</source>
      <translation>ablehnen · Befehle %1</translation>
    </message>
    <message>
      <source>Entry %1 is not readable.</source>
      <translation>Eintrag %1 ist nicht lesbar.</translation>
    </message>
    <message>
      <source>session %1</source>
      <translation>Sitzung %1</translation>
    </message>
    <message>
      <source>prompt names %1</source>
      <translation>der Prompt nennt %1</translation>
    </message>
    <message>
      <source>Nothing was changed.</source>
      <translation>Nichts wurde geändert.</translation>
    </message>
    <message>
      <source>This month so far %1; a forecast needs %2 whole days, and %3 are on record.</source>
      <translation>Diesen Monat bisher %1; eine Schätzung braucht %2 ganze Tage, aufgezeichnet sind %3.</translation>
    </message>
    <message>
      <source>Which stop sequence was met.</source>
      <translation>Welche Stoppfolge getroffen wurde.</translation>
    </message>
    <message>
      <source>Cache mark.</source>
      <translation>Cache-Marke.</translation>
    </message>
    <message>
      <source>Metadata</source>
      <translation>Metadaten</translation>
    </message>
    <message>
      <source>regex: Nothing in it fits %1.</source>
      <translation>regex: Nichts darin passt auf %1.</translation>
    </message>
    <message>
      <source>Over quota until %1</source>
      <translation>Kontingent erschöpft bis %1</translation>
    </message>
    <message>
      <source>Over quota until %1; its vendor said so.</source>
      <translation>Kontingent erschöpft bis %1; sein Hersteller sagte es.</translation>
    </message>
    <message>
      <source>Asked last: Over quota until %1</source>
      <translation>Zuletzt gefragt: Kontingent erschöpft bis %1</translation>
    </message>
    <message>
      <source>disk I/O error</source>
      <translation>Lese- oder Schreibfehler der Festplatte</translation>
    </message>
    <message>
      <source>It cannot be shown; «Raw» may show it.</source>
      <translation>Es kann nicht gezeigt werden; „Roh“ zeigt es vielleicht.</translation>
    </message>
    <message>
      <source>changed</source>
      <translation>geändert</translation>
    </message>
    <message>
      <source>The version that wrote it shows all of it.</source>
      <translation>Die Version, die sie schrieb, zeigt alles.</translation>
    </message>
    <message>
      <source>Another version of LLM Gateway wrote it, with words that this one does not know.</source>
      <translation>Eine andere Version von LLM Gateway schrieb sie, mit Wörtern, die diese nicht kennt.</translation>
    </message>
    <message>
      <source>This flight cannot be shown whole.</source>
      <translation>Diese Anfrage kann nicht ganz gezeigt werden.</translation>
    </message>
    <message>
      <source>another version of LLM Gateway wrote it, and this one cannot read how it ended</source>
      <translation>eine andere Version von LLM Gateway schrieb sie, und diese kann nicht lesen, wie sie endete</translation>
    </message>
    <message>
      <source>There are: %1.</source>
      <translation>Es gibt: %1.</translation>
    </message>
    <message>
      <source>No filter is saved as '%1'. %2</source>
      <translation>Kein Filter ist als „%1“ gespeichert. %2</translation>
    </message>
    <message>
      <source>The star on the page Flights saves one.</source>
      <translation>Der Stern auf der Seite „Anfragen“ speichert einen.</translation>
    </message>
    <message>
      <source>%1 from the cache</source>
      <translation>%1 aus dem Cache</translation>
    </message>
    <message>
      <source>the cache is not told of</source>
      <translation>vom Cache wird nichts gesagt</translation>
    </message>
    <message>
      <source>The vendor says</source>
      <translation>Der Hersteller sagt</translation>
    </message>
    <message>
      <source>%1 more than a hit</source>
      <translation>%1 mehr als ein Treffer</translation>
    </message>
    <message>
      <source>That cost</source>
      <translation>Das kostete</translation>
    </message>
    <message>
      <source>Sent again</source>
      <translation>Erneut gesendet</translation>
    </message>
    <message>
      <source>, %1 of them written to the cache again</source>
      <translation>, davon %1 erneut in den Cache geschrieben</translation>
    </message>
    <message>
      <source>All changes</source>
      <translation>Alle Änderungen</translation>
    </message>
    <message>
      <source>; kept for %1</source>
      <translation>; aufbewahrt für %1</translation>
    </message>
    <message>
      <source>the request of %1, of %2</source>
      <translation>der Anfrage von %1, von %2</translation>
    </message>
    <message>
      <source>Compared with</source>
      <translation>Verglichen mit</translation>
    </message>
    <message>
      <source>the same beginning</source>
      <translation>derselbe Anfang</translation>
    </message>
    <message>
      <source>the same conversation</source>
      <translation>dasselbe Gespräch</translation>
    </message>
    <message>
      <source>, the first difference</source>
      <translation>, der erste Unterschied</translation>
    </message>
    <message>
      <source>, marked for the cache</source>
      <translation>, für den Cache markiert</translation>
    </message>
    <message>
      <source>, ≈%1 tokens</source>
      <translation>, ≈%1 Token</translation>
    </message>
    <message>
      <source>%1; the first difference is in %2</source>
      <translation>%1; der erste Unterschied ist in %2</translation>
    </message>
    <message>
      <source>In the cache for %1%2 more, longer where it is used again.</source>
      <translation>Im Cache noch für %1%2, länger, wo es wieder benutzt wird.</translation>
    </message>
    <message>
      <source>at least </source>
      <translation>mindestens </translation>
    </message>
    <message>
      <source>%1: its time was up %2 ago, unless it was used since.</source>
      <translation>%1: seine Zeit war vor %2 um, wenn es seitdem nicht benutzt wurde.</translation>
    </message>
    <message>
      <source>Perhaps no longer in the cache</source>
      <translation>Vielleicht nicht mehr im Cache</translation>
    </message>
    <message>
      <source>No longer in the cache</source>
      <translation>Nicht mehr im Cache</translation>
    </message>
    <message>
      <source>Nothing is known of what its prompt consists of.</source>
      <translation>Woraus der Prompt besteht, ist nicht bekannt.</translation>
    </message>
    <message>
      <source>not told</source>
      <translation>nicht gesagt</translation>
    </message>
    <message>
      <source>Marked</source>
      <translation>Markiert</translation>
    </message>
    <message>
      <source>The flight's id</source>
      <translation>Die Kennung der Anfrage</translation>
    </message>
    <message>
      <source>Kept until it is unmarked, with its note</source>
      <translation>Bleibt, bis die Markierung entfernt wird, mit ihrer Notiz</translation>
    </message>
    <message>
      <source>What went wrong</source>
      <translation>Was schiefging</translation>
    </message>
    <message>
      <source>Error</source>
      <translation>Fehler</translation>
    </message>
    <message>
      <source>Why the model stopped, in the provider's words</source>
      <translation>Warum das Modell aufhörte, in den Worten des Anbieters</translation>
    </message>
    <message>
      <source>Stop reason</source>
      <translation>Grund des Endes</translation>
    </message>
    <message>
      <source>The client's dialect, the provider's where that is another, and what was lost between</source>
      <translation>Der Dialekt des Clients, der des Anbieters, wo er ein anderer ist, und was dazwischen verloren ging</translation>
    </message>
    <message>
      <source>What was asked for</source>
      <translation>Was verlangt wurde</translation>
    </message>
    <message>
      <source>Operation</source>
      <translation>Vorgang</translation>
    </message>
    <message>
      <source>How often a provider was asked</source>
      <translation>Wie oft ein Anbieter gefragt wurde</translation>
    </message>
    <message>
      <source>Attempts</source>
      <translation>Versuche</translation>
    </message>
    <message>
      <source>Size of the answer</source>
      <translation>Größe der Antwort</translation>
    </message>
    <message>
      <source>Input tokens written to the cache</source>
      <translation>In den Cache geschriebene Eingabe-Token</translation>
    </message>
    <message>
      <source>Written</source>
      <translation>Geschr.</translation>
    </message>
    <message>
      <source>Input tokens read from the cache</source>
      <translation>Aus dem Cache gelesene Eingabe-Token</translation>
    </message>
    <message>
      <source>Read</source>
      <translation>Gelesen</translation>
    </message>
    <message>
      <source>Input tokens not cached</source>
      <translation>Eingabe-Token ohne Cache</translation>
    </message>
    <message>
      <source>The vendor's own bill where it tells one, else by public prices, or by yours. %1</source>
      <translation>Die Rechnung des Herstellers, wo er eine nennt, sonst nach öffentlichen oder eigenen Preisen. %1</translation>
    </message>
    <message>
      <source>Output tokens a second of streams, from the first byte to the last</source>
      <translation>Ausgabe-Token je Sekunde bei Strömen, vom ersten bis zum letzten Byte</translation>
    </message>
    <message>
      <source>Tok/s</source>
      <translation>Tok/s</translation>
    </message>
    <message>
      <source>Output tokens, reasoning included. %1</source>
      <translation>Ausgabe-Token, samt Denken. %1</translation>
    </message>
    <message>
      <source>Out</source>
      <translation>Aus</translation>
    </message>
    <message>
      <source>Share of the input that came from the provider's prompt cache</source>
      <translation>Anteil der Eingabe, der aus dem Prompt-Cache des Anbieters kam</translation>
    </message>
    <message>
      <source>Input tokens, cached ones included. %1</source>
      <translation>Eingabe-Token, samt denen aus dem Cache. %1</translation>
    </message>
    <message>
      <source>In</source>
      <translation>Ein</translation>
    </message>
    <message>
      <source>From the request's arrival to the answer's end</source>
      <translation>Vom Eintreffen der Anfrage bis zum Ende der Antwort</translation>
    </message>
    <message>
      <source>Time to the first token: from the request's arrival to the answer's first byte</source>
      <translation>Zeit bis zum ersten Token: vom Eintreffen der Anfrage bis zum ersten Byte der Antwort</translation>
    </message>
    <message>
      <source>HTTP status that the client got</source>
      <translation>HTTP-Status, den der Client bekam</translation>
    </message>
    <message>
      <source>Status</source>
      <translation>Status</translation>
    </message>
    <message>
      <source>The model asked for, and the one that served it where that is another</source>
      <translation>Das verlangte Modell, und das, das antwortete, wo es ein anderes ist</translation>
    </message>
    <message>
      <source>Who answered</source>
      <translation>Wer antwortete</translation>
    </message>
    <message>
      <source>The program that asked</source>
      <translation>Das Programm, das fragte</translation>
    </message>
    <message>
      <source>When the request arrived</source>
      <translation>Wann die Anfrage eintraf</translation>
    </message>
    <message>
      <source> · %1 lost</source>
      <translation> · %1 verloren</translation>
    </message>
    <message>
      <source>Token count</source>
      <translation>Token-Zählung</translation>
    </message>
    <message>
      <source>Generation</source>
      <translation>Erzeugung</translation>
    </message>
    <message>
      <source>Cut</source>
      <translation>Abgebrochen</translation>
    </message>
    <message>
      <source>lost in translation</source>
      <translation>bei der Übersetzung verloren</translation>
    </message>
    <message>
      <source>cannot be true</source>
      <translation>kann nicht stimmen</translation>
    </message>
    <message>
      <source>not understood</source>
      <translation>nicht verstanden</translation>
    </message>
    <message>
      <source>no price known of</source>
      <translation>kein Preis bekannt für</translation>
    </message>
    <message>
      <source>fees for</source>
      <translation>Gebühren für</translation>
    </message>
    <message>
      <source>– (unknown)</source>
      <translation>– (unbekannt)</translation>
    </message>
    <message>
      <source>%1, the vendor's own bill%2</source>
      <translation>%1, die eigene Rechnung des Herstellers%2</translation>
    </message>
    <message>
      <source>; %1 by list prices</source>
      <translation>; %1 nach Listenpreisen</translation>
    </message>
    <message>
      <source>first token</source>
      <translation>erstes Token</translation>
    </message>
    <message>
      <source>counted with the requests of its job, not here</source>
      <translation>bei den Anfragen seines Auftrags gezählt, nicht hier</translation>
    </message>
    <message>
      <source> (calls itself %1)</source>
      <translation> (nennt sich %1)</translation>
    </message>
    <message>
      <source>%1 came too fast to be told here.</source>
      <translation>%1 kamen zu schnell, um hier genannt zu werden.</translation>
    </message>
    <message>
      <source>Looked through %1 of %2.</source>
      <translation>%1 von %2 durchsucht.</translation>
    </message>
    <message>
      <source>service tier</source>
      <translation>Dienststufe</translation>
    </message>
    <message>
      <source>stop reason</source>
      <translation>Grund des Endes</translation>
    </message>
    <message>
      <source>spoken with provider</source>
      <translation>gesprochen mit dem Anbieter</translation>
    </message>
    <message>
      <source>reasoning tokens</source>
      <translation>Denk-Token</translation>
    </message>
    <message>
      <source>cache write</source>
      <translation>Cache geschrieben</translation>
    </message>
    <message>
      <source>cache read</source>
      <translation>Cache gelesen</translation>
    </message>
    <message>
      <source>output tokens</source>
      <translation>Ausgabe-Token</translation>
    </message>
    <message>
      <source>input tokens</source>
      <translation>Eingabe-Token</translation>
    </message>
    <message>
      <source>An embedding has no words to compare.</source>
      <translation>Eine Einbettung hat keine Worte zum Vergleichen.</translation>
    </message>
    <message>
      <source>redacted by the provider</source>
      <translation>vom Anbieter verborgen</translation>
    </message>
    <message>
      <source>code execution result</source>
      <translation>Ergebnis einer Codeausführung</translation>
    </message>
    <message>
      <source>code execution</source>
      <translation>Codeausführung</translation>
    </message>
    <message>
      <source>The prompt was blocked.</source>
      <translation>Der Prompt wurde blockiert.</translation>
    </message>
    <message>
      <source>image at %1</source>
      <translation>Bild unter %1</translation>
    </message>
    <message>
      <source>(nested too deeply to show)</source>
      <translation>(zu tief verschachtelt, um es zu zeigen)</translation>
    </message>
    <message>
      <source>broke off</source>
      <translation>brach ab</translation>
    </message>
    <message>
      <source>%1, encrypted, %2</source>
      <translation>%1, verschlüsselt, %2</translation>
    </message>
    <message>
      <source>Earlier turns</source>
      <translation>Frühere Runden</translation>
    </message>
    <message>
      <source>Not in this body; they are kept as %1.</source>
      <translation>Nicht in diesem Inhalt; sie sind aufbewahrt als %1.</translation>
    </message>
    <message>
      <source>%1, failed</source>
      <translation>%1, gescheitert</translation>
    </message>
    <message>
      <source>Result of %1</source>
      <translation>Ergebnis von %1</translation>
    </message>
    <message>
      <source>Message</source>
      <translation>Nachricht</translation>
    </message>
    <message>
      <source>No messages can be read from this body.</source>
      <translation>In diesem Inhalt lassen sich keine Nachrichten lesen.</translation>
    </message>
    <message>
      <source>Image</source>
      <translation>Bild</translation>
    </message>
    <message>
      <source>Provider's tool</source>
      <translation>Werkzeug des Anbieters</translation>
    </message>
    <message>
      <source>Tool call</source>
      <translation>Werkzeugaufruf</translation>
    </message>
    <message>
      <source>Thinking</source>
      <translation>Denken</translation>
    </message>
    <message>
      <source>Tool result</source>
      <translation>Werkzeugergebnis</translation>
    </message>
    <message>
      <source>Assistant</source>
      <translation>Assistent</translation>
    </message>
    <message>
      <source>User</source>
      <translation>Mensch</translation>
    </message>
    <message>
      <source>Tools on offer</source>
      <translation>Angebotene Werkzeuge</translation>
    </message>
    <message>
      <source>System</source>
      <translation>System</translation>
    </message>
    <message>
      <source>recorded up to here</source>
      <translation>bis hier aufgezeichnet</translation>
    </message>
    <message>
      <source>Only the beginning of this request was recorded.</source>
      <translation>Nur der Anfang dieser Anfrage wurde aufgezeichnet.</translation>
    </message>
    <message>
      <source>The request of this flight was not recorded.</source>
      <translation>Der Inhalt dieser Anfrage wurde nicht aufgezeichnet.</translation>
    </message>
    <message>
      <source>The request is encrypted. %1</source>
      <translation>Der Inhalt ist verschlüsselt. %1</translation>
    </message>
    <message>
      <source>The answer of this flight has no text.</source>
      <translation>Die Antwort auf diese Anfrage hat keinen Text.</translation>
    </message>
    <message>
      <source>The answer of this flight was not recorded.</source>
      <translation>Die Antwort auf diese Anfrage wurde nicht aufgezeichnet.</translation>
    </message>
    <message>
      <source>Only a request in JSON can be copied as curl.</source>
      <translation>Nur eine Anfrage in JSON lässt sich als curl kopieren.</translation>
    </message>
    <message>
      <source>The gateway is not running, so there is no address to send to.</source>
      <translation>Das Gateway läuft nicht, darum gibt es keine Adresse zum Senden.</translation>
    </message>
    <message>
      <source>of it: %1</source>
      <translation>davon: %1</translation>
    </message>
    <message>
      <source>Message %1</source>
      <translation>Nachricht %1</translation>
    </message>
    <message>
      <source>Parameter</source>
      <translation>Parameter</translation>
    </message>
    <message>
      <source> The tools stand in another order.</source>
      <translation> Die Werkzeuge stehen in anderer Reihenfolge.</translation>
    </message>
    <message>
      <source>What they said cannot be compared.</source>
      <translation>Was sie sagten, lässt sich nicht vergleichen.</translation>
    </message>
    <message>
      <source>%1 that cannot be compared</source>
      <translation>%1, die sich nicht vergleichen lassen</translation>
    </message>
    <message>
      <source>the same %1</source>
      <translation>%1 gleich</translation>
    </message>
    <message>
      <source>Both: %1</source>
      <translation>Beide: %1</translation>
    </message>
    <message>
      <source>only right</source>
      <translation>nur rechts</translation>
    </message>
    <message>
      <source>only left</source>
      <translation>nur links</translation>
    </message>
    <message>
      <source>vendor's tool</source>
      <translation>Werkzeug des Herstellers</translation>
    </message>
    <message>
      <source>result of</source>
      <translation>Ergebnis von</translation>
    </message>
    <message>
      <source>Please report it with the log.</source>
      <translation>Bitte mit dem Protokoll melden.</translation>
    </message>
    <message>
      <source>This is a fault of LLM Gateway.</source>
      <translation>Das ist ein Fehler von LLM Gateway.</translation>
    </message>
    <message>
      <source>The gateway failed on this request.</source>
      <translation>Das Gateway scheiterte an dieser Anfrage.</translation>
    </message>
    <message>
      <source>The words below may say why.</source>
      <translation>Die Worte unten sagen vielleicht, warum.</translation>
    </message>
    <message>
      <source>The provider answered with status %1.</source>
      <translation>Der Anbieter antwortete mit Status %1.</translation>
    </message>
    <message>
      <source>Send the request again; if it stays, look at the provider's status page.</source>
      <translation>Die Anfrage nochmals senden; bleibt es so, die Statusseite des Anbieters ansehen.</translation>
    </message>
    <message>
      <source>Something went wrong on its side.</source>
      <translation>Auf seiner Seite ging etwas schief.</translation>
    </message>
    <message>
      <source>The provider failed with status %1.</source>
      <translation>Der Anbieter scheiterte mit Status %1.</translation>
    </message>
    <message>
      <source>Wait a moment and send the request again.</source>
      <translation>Einen Augenblick warten und die Anfrage nochmals senden.</translation>
    </message>
    <message>
      <source>It has more requests than it can answer; nothing is wrong with yours.</source>
      <translation>Er hat mehr Anfragen, als er beantworten kann; an dieser ist nichts falsch.</translation>
    </message>
    <message>
      <source>The provider is overloaded.</source>
      <translation>Der Anbieter ist überlastet.</translation>
    </message>
    <message>
      <source>The words below name the gateways. Correct that base_url.</source>
      <translation>Die Worte unten nennen die Gateways. Diese base_url berichtigen.</translation>
    </message>
    <message>
      <source>The provider's base_url leads to a gateway that this request had come through before.</source>
      <translation>Die base_url des Anbieters führt zu einem Gateway, durch das diese Anfrage schon gekommen war.</translation>
    </message>
    <message>
      <source>A loop: the request went round in a circle.</source>
      <translation>Ein Kreis: die Anfrage lief im Kreis.</translation>
    </message>
    <message>
      <source>It is overloaded or under maintenance.</source>
      <translation>Er ist überlastet oder wird gewartet.</translation>
    </message>
    <message>
      <source>The provider is not available.</source>
      <translation>Der Anbieter ist nicht verfügbar.</translation>
    </message>
    <message>
      <source>Wait as long as its retry-after header says, or use another provider.</source>
      <translation>So lange warten, wie retry-after sagt, oder einen anderen Anbieter verwenden.</translation>
    </message>
    <message>
      <source>Its rate limit or quota for this account is reached.</source>
      <translation>Seine Ratengrenze oder sein Kontingent für dieses Konto ist erreicht.</translation>
    </message>
    <message>
      <source>The provider asked to slow down.</source>
      <translation>Der Anbieter bat, langsamer zu fragen.</translation>
    </message>
    <message>
      <source>Send less.</source>
      <translation>Weniger senden.</translation>
    </message>
    <message>
      <source>The prompt, with its images and files, is over its size limit.</source>
      <translation>Der Prompt ist mit Bildern und Dateien größer, als er zulässt.</translation>
    </message>
    <message>
      <source>The request is too large for the provider.</source>
      <translation>Die Anfrage ist dem Anbieter zu groß.</translation>
    </message>
    <message>
      <source>Compare the model name with the provider's list, then check base_url.</source>
      <translation>Den Modellnamen mit der Liste des Anbieters vergleichen, dann base_url prüfen.</translation>
    </message>
    <message>
      <source>The model name is not one of its own, or base_url has a part too many or too few.</source>
      <translation>Der Modellname ist keiner von ihm, oder base_url hat einen Teil zu viel oder zu wenig.</translation>
    </message>
    <message>
      <source>The provider does not know this model or path.</source>
      <translation>Der Anbieter kennt dieses Modell oder diesen Pfad nicht.</translation>
    </message>
    <message>
      <source>Check the account's permissions with the provider.</source>
      <translation>Die Rechte des Kontos beim Anbieter prüfen.</translation>
    </message>
    <message>
      <source>The key may not use this model or region.</source>
      <translation>Der Schlüssel darf dieses Modell oder diese Region nicht verwenden.</translation>
    </message>
    <message>
      <source>The provider does not allow this.</source>
      <translation>Der Anbieter erlaubt das nicht.</translation>
    </message>
    <message>
      <source>Top up the account, or use another provider.</source>
      <translation>Das Konto aufladen oder einen anderen Anbieter verwenden.</translation>
    </message>
    <message>
      <source>The account has no credit left.</source>
      <translation>Das Konto hat kein Guthaben mehr.</translation>
    </message>
    <message>
      <source>The provider asks for payment.</source>
      <translation>Der Anbieter verlangt Zahlung.</translation>
    </message>
    <message>
      <source>Put a valid key into the vault, or into the variable that api_key_env names.</source>
      <translation>Einen gültigen Schlüssel in den Tresor legen oder in die Variable, die api_key_env nennt.</translation>
    </message>
    <message>
      <source>The key is wrong, was revoked, or belongs to another service.</source>
      <translation>Der Schlüssel ist falsch, wurde entzogen oder gehört zu einem anderen Dienst.</translation>
    </message>
    <message>
      <source>The provider refused its key.</source>
      <translation>Der Anbieter wies seinen Schlüssel ab.</translation>
    </message>
    <message>
      <source>The words below say which. The request stands under Request, JSON.</source>
      <translation>Die Worte unten sagen, was. Die Anfrage steht unter Anfrage, JSON.</translation>
    </message>
    <message>
      <source>It did not accept a field or a value.</source>
      <translation>Er nahm ein Feld oder einen Wert nicht an.</translation>
    </message>
    <message>
      <source>The provider refused the request.</source>
      <translation>Der Anbieter wies die Anfrage ab.</translation>
    </message>
    <message>
      <source>Nothing to mend here.</source>
      <translation>Hier gibt es nichts zu beheben.</translation>
    </message>
    <message>
      <source>It was stopped by its user, or has a time limit of its own.</source>
      <translation>Er wurde angehalten oder hat eine eigene Zeitgrenze.</translation>
    </message>
    <message>
      <source>The client left before the answer was complete.</source>
      <translation>Der Client ging, bevor die Antwort vollständig war.</translation>
    </message>
    <message>
      <source>Wait as long as the words below say, or add another account.</source>
      <translation>So lange warten, wie die Worte unten sagen, oder ein weiteres Konto hinzufügen.</translation>
    </message>
    <message>
      <source>Their vendors asked to be left alone for a while.</source>
      <translation>Ihre Hersteller baten, eine Weile in Ruhe gelassen zu werden.</translation>
    </message>
    <message>
      <source>All accounts that may answer this are at their limit.</source>
      <translation>Alle Konten, die hierauf antworten dürfen, sind an ihrer Grenze.</translation>
    </message>
    <message>
      <source>The words below say what each of them needs.</source>
      <translation>Die Worte unten sagen, was jedes davon braucht.</translation>
    </message>
    <message>
      <source>Each was refused by its vendor, has no key, or has used up its quota.</source>
      <translation>Jedes wurde von seinem Hersteller abgewiesen, hat keinen Schlüssel oder kein Kontingent mehr.</translation>
    </message>
    <message>
      <source>No account can answer this.</source>
      <translation>Kein Konto kann hierauf antworten.</translation>
    </message>
    <message>
      <source>What came is kept under Response. Send the request again.</source>
      <translation>Was kam, ist unter Antwort aufbewahrt. Die Anfrage nochmals senden.</translation>
    </message>
    <message>
      <source>The connection ended before the stream's last event.</source>
      <translation>Die Verbindung endete vor dem letzten Ereignis des Stroms.</translation>
    </message>
    <message>
      <source>The provider broke off in the middle of its answer.</source>
      <translation>Der Anbieter brach mitten in seiner Antwort ab.</translation>
    </message>
    <message>
      <source>Look at Response, Raw, then check the provider's base_url.</source>
      <translation>Antwort, Roh ansehen, dann die base_url des Anbieters prüfen.</translation>
    </message>
    <message>
      <source>Often an HTML page of a proxy or sign-in, or a wrong base_url.</source>
      <translation>Oft die HTML-Seite eines Proxys oder einer Anmeldung, oder eine falsche base_url.</translation>
    </message>
    <message>
      <source>The answer was not one of this dialect.</source>
      <translation>Die Antwort war keine in diesem Dialekt.</translation>
    </message>
    <message>
      <source>Send the request again; raise the limit if this model thinks for longer.</source>
      <translation>Die Anfrage nochmals senden; die Grenze anheben, wenn dieses Modell länger nachdenkt.</translation>
    </message>
    <message>
      <source>It took the request but sent nothing for longer than upstream.first_byte_timeout_s or upstream.idle_timeout_s allow.</source>
      <translation>Er nahm die Anfrage an, sendete aber länger nichts, als upstream.first_byte_timeout_s oder upstream.idle_timeout_s erlauben.</translation>
    </message>
    <message>
      <source>The provider fell silent.</source>
      <translation>Der Anbieter verstummte.</translation>
    </message>
    <message>
      <source>Check the network and the provider's base_url, then send the request again.</source>
      <translation>Das Netz und die base_url des Anbieters prüfen, dann die Anfrage nochmals senden.</translation>
    </message>
    <message>
      <source>Nothing answered at its address: no network, a wrong base_url, or its server is down.</source>
      <translation>Unter seiner Adresse antwortete nichts: kein Netz, eine falsche base_url, oder sein Server läuft nicht.</translation>
    </message>
    <message>
      <source>The provider could not be reached.</source>
      <translation>Der Anbieter war nicht erreichbar.</translation>
    </message>
    <message>
      <source>Install it, or name its place in [clis.NAME] command.</source>
      <translation>Installieren, oder ihren Ort in [clis.NAME] als command nennen.</translation>
    </message>
    <message>
      <source>It is not installed, or not where the gateway looks for it.</source>
      <translation>Sie ist nicht installiert oder nicht dort, wo das Gateway sucht.</translation>
    </message>
    <message>
      <source>The CLI could not be started.</source>
      <translation>Die CLI ließ sich nicht starten.</translation>
    </message>
    <message>
      <source>The words below say which. Check it under Providers, or wait a while.</source>
      <translation>Die Worte unten sagen, was. Unter Anbieter prüfen, oder eine Weile warten.</translation>
    </message>
    <message>
      <source>It failed several times in a row, or nobody is signed in with it.</source>
      <translation>Sie scheiterte mehrmals hintereinander, oder niemand ist mit ihr angemeldet.</translation>
    </message>
    <message>
      <source>The CLI is left alone for a while, and was not asked.</source>
      <translation>Die CLI wird eine Weile in Ruhe gelassen und wurde nicht gefragt.</translation>
    </message>
    <message>
      <source>Sign in with the CLI: Providers has a button for it. Then send the request again.</source>
      <translation>Mit der CLI anmelden: unter Anbieter gibt es einen Knopf dafür. Dann die Anfrage nochmals senden.</translation>
    </message>
    <message>
      <source>Its sign-in is missing or has expired, or its key was refused.</source>
      <translation>Ihre Anmeldung fehlt oder ist abgelaufen, oder ihr Schlüssel wurde abgewiesen.</translation>
    </message>
    <message>
      <source>The CLI was asked, and nobody is signed in with it.</source>
      <translation>Die CLI wurde gefragt, und niemand ist mit ihr angemeldet.</translation>
    </message>
    <message>
      <source>The words below say which. Store the key with 'llmgw vault set', or set the variable where LLM Gateway is started.</source>
      <translation>Die Worte unten sagen, welcher. Den Schlüssel mit 'llmgw vault set' speichern, oder die Variable setzen, wo LLM Gateway gestartet wird.</translation>
    </message>
    <message>
      <source>The vault has none for it or is locked, or the variable of api_key_env is not set.</source>
      <translation>Der Tresor hat keinen dafür oder ist verschlossen, oder die Variable von api_key_env ist nicht gesetzt.</translation>
    </message>
    <message>
      <source>The provider was not asked: its key is missing.</source>
      <translation>Der Anbieter wurde nicht gefragt: sein Schlüssel fehlt.</translation>
    </message>
    <message>
      <source>Resume it from the tray or the status at the top of the window.</source>
      <translation>Im Tray oder oben im Fenster fortsetzen.</translation>
    </message>
    <message>
      <source>It was paused or about to stop.</source>
      <translation>Es war pausiert oder wurde gerade beendet.</translation>
    </message>
    <message>
      <source>The gateway took no requests.</source>
      <translation>Das Gateway nahm keine Anfragen an.</translation>
    </message>
    <message>
      <source>Choose a model of a provider that speaks it.</source>
      <translation>Ein Modell eines Anbieters wählen, der ihn spricht.</translation>
    </message>
    <message>
      <source>It does not speak the dialect that the client used.</source>
      <translation>Er spricht den Dialekt des Clients nicht.</translation>
    </message>
    <message>
      <source>The provider of this model cannot answer this kind of request.</source>
      <translation>Der Anbieter dieses Modells kann diese Art von Anfrage nicht beantworten.</translation>
    </message>
    <message>
      <source>The words below say which. Copy the base URL from the window into the client's settings.</source>
      <translation>Die Worte unten sagen, was. Die Basis-URL aus dem Fenster in die Einstellungen des Clients kopieren.</translation>
    </message>
    <message>
      <source>The gateway does not offer this, or the client's base URL has a part too many or too few.</source>
      <translation>Das Gateway bietet das nicht an, oder die Basis-URL des Clients hat einen Teil zu viel oder zu wenig.</translation>
    </message>
    <message>
      <source>There is no door at this path.</source>
      <translation>Unter diesem Pfad gibt es keine Tür.</translation>
    </message>
    <message>
      <source>Ask GET /v1/models for the names, or add the provider to the settings.</source>
      <translation>Namen nennt GET /v1/models; oder den Anbieter in die Einstellungen aufnehmen.</translation>
    </message>
    <message>
      <source>The name is misspelt, or the provider that has it is not set up or switched off.</source>
      <translation>Der Name ist falsch geschrieben, oder der Anbieter, der es hat, ist nicht eingerichtet oder ausgeschaltet.</translation>
    </message>
    <message>
      <source>No provider has a model of this name.</source>
      <translation>Kein Anbieter hat ein Modell dieses Namens.</translation>
    </message>
    <message>
      <source>If you trust that page, add its origin to http.allowed_origins.</source>
      <translation>Wer dieser Seite vertraut, nimmt ihre Herkunft in http.allowed_origins auf.</translation>
    </message>
    <message>
      <source>Browsers may use the gateway only from its own pages.</source>
      <translation>Browser dürfen das Gateway nur von seinen eigenen Seiten aus verwenden.</translation>
    </message>
    <message>
      <source>A web page of another site sent this.</source>
      <translation>Eine Webseite von anderswo hat das gesendet.</translation>
    </message>
    <message>
      <source>Use the base URL as it stands in the window.</source>
      <translation>Die Basis-URL verwenden, wie sie im Fenster steht.</translation>
    </message>
    <message>
      <source>Another name points at this computer, or a proxy rewrote the Host header.</source>
      <translation>Ein anderer Name zeigt auf diesen Computer, oder ein Proxy schrieb die Kopfzeile Host um.</translation>
    </message>
    <message>
      <source>The request named a host that is not this gateway.</source>
      <translation>Die Anfrage nannte einen Rechner, der nicht dieses Gateway ist.</translation>
    </message>
    <message>
      <source>The proxy named nobody.</source>
      <translation>Der Proxy nannte niemanden.</translation>
    </message>
    <message>
      <source>It was answered, withdrawn, or fell due before the answer came.</source>
      <translation>Sie wurde beantwortet, zurückgezogen oder lief ab, bevor die Antwort kam.</translation>
    </message>
    <message>
      <source>There is no such question.</source>
      <translation>Es gibt keine solche Frage.</translation>
    </message>
    <message>
      <source>See what it does with them, or raise the limit.</source>
      <translation>Nachsehen, was er damit tut, oder die Grenze anheben.</translation>
    </message>
    <message>
      <source>The client holds too many connections.</source>
      <translation>Der Client hält zu viele Verbindungen.</translation>
    </message>
    <message>
      <source>Let it go on: Clients, Go on; or take paused out of its table in [clients].</source>
      <translation>Weiterlassen: Clients, Weiter; oder paused aus seiner Tabelle in [clients] nehmen.</translation>
    </message>
    <message>
      <source>A person has stopped it for a while; its key is still good.</source>
      <translation>Eine Person hat ihn eine Weile angehalten; sein Schlüssel gilt noch.</translation>
    </message>
    <message>
      <source>The client is paused.</source>
      <translation>Der Client ist angehalten.</translation>
    </message>
    <message>
      <source>Ask for less, or change [approvals] in the settings if it should be allowed.</source>
      <translation>Weniger verlangen, oder [approvals] in den Einstellungen ändern, wenn es erlaubt sein soll.</translation>
    </message>
    <message>
      <source>It asked for more than this client may: the words below say for what.</source>
      <translation>Er verlangte mehr, als dieser Client darf: die Worte unten sagen, wofür.</translation>
    </message>
    <message>
      <source>The approval gate did not let the run begin.</source>
      <translation>Die Freigabeprüfung ließ den Lauf nicht beginnen.</translation>
    </message>
    <message>
      <source>It opens again with the next period. Raise the budget in [clients] if need be.</source>
      <translation>Es öffnet mit dem nächsten Zeitraum wieder. Das Budget nötigenfalls in [clients] anheben.</translation>
    </message>
    <message>
      <source>What it spent in this period has reached what its policy allows.</source>
      <translation>Was er in diesem Zeitraum verbrauchte, hat erreicht, was ihm erlaubt ist.</translation>
    </message>
    <message>
      <source>The client's budget is used up.</source>
      <translation>Das Budget des Clients ist aufgebraucht.</translation>
    </message>
    <message>
      <source>It may try again at the time that it was told. Raise the limit in [clients] if need be.</source>
      <translation>Er darf es zu der genannten Zeit wieder versuchen. Die Grenze nötigenfalls in [clients] anheben.</translation>
    </message>
    <message>
      <source>Its policy limits requests or tokens in a time, or how many go on at the same time.</source>
      <translation>Ihm sind Anfragen oder Token in einer Zeit begrenzt, oder wie viele zugleich laufen.</translation>
    </message>
    <message>
      <source>The client asked too much in too short a time.</source>
      <translation>Der Client fragte zu viel in zu kurzer Zeit.</translation>
    </message>
    <message>
      <source>Tell the price in [[prices]]; 0 where it is free.</source>
      <translation>Den Preis in [[prices]] nennen; 0, wo es nichts kostet.</translation>
    </message>
    <message>
      <source>The client has a budget in US dollars, and the model has no price here.</source>
      <translation>Der Client hat ein Budget in US-Dollar, und das Modell hat hier keinen Preis.</translation>
    </message>
    <message>
      <source>Nobody knows what this would cost.</source>
      <translation>Niemand weiß, was das kosten würde.</translation>
    </message>
    <message>
      <source>The words below say why, and who refused it or that nobody answered. Ask again and let it on, or change [brakes].</source>
      <translation>Die Worte unten sagen, warum, und wer ablehnte oder dass niemand antwortete. Nochmals fragen und weiterlassen, oder [brakes] ändern.</translation>
    </message>
    <message>
      <source>[brakes] in the settings says what is held until a person decides. Nothing was sent to anybody.</source>
      <translation>[brakes] in den Einstellungen sagt, was angehalten wird, bis eine Person entscheidet. Nichts wurde gesendet.</translation>
    </message>
    <message>
      <source>A brake of the gateway held this request, and nobody let it on.</source>
      <translation>Eine Bremse des Gateways hielt diese Anfrage an, und niemand ließ sie weiter.</translation>
    </message>
    <message>
      <source>What is left of a window is kept for the person.</source>
      <translation>Was von einem Fenster übrig ist, bleibt für die Person.</translation>
    </message>
    <message>
      <source>Leave out what it is about; change the guard in the settings if it should be allowed.</source>
      <translation>Weglassen, worum es geht; die Schutzregel in den Einstellungen ändern, wenn es erlaubt sein soll.</translation>
    </message>
    <message>
      <source>[[guards]] in the settings names what prompts may not hold. Nothing was sent to anybody.</source>
      <translation>[[guards]] in den Einstellungen nennt, was Prompts nicht enthalten dürfen. Nichts wurde gesendet.</translation>
    </message>
    <message>
      <source>A guard of the gateway blocked this prompt.</source>
      <translation>Eine Schutzregel des Gateways hielt diesen Prompt auf.</translation>
    </message>
    <message>
      <source>Change `expires` of the client in [clients] if it should go on.</source>
      <translation>`expires` des Clients in [clients] ändern, wenn es weitergehen soll.</translation>
    </message>
    <message>
      <source>Its policy has a date after which it is refused.</source>
      <translation>Für ihn ist ein Datum gesetzt, nach dem er abgewiesen wird.</translation>
    </message>
    <message>
      <source>The client's time is over.</source>
      <translation>Die Zeit des Clients ist um.</translation>
    </message>
    <message>
      <source>Add it to `models` or `providers` of the client in [clients], or ask for another.</source>
      <translation>In [clients] zu `models` oder `providers` des Clients hinzufügen, oder ein anderes verlangen.</translation>
    </message>
    <message>
      <source>Its policy names the models and providers that are for it, and this is none of them.</source>
      <translation>Für ihn sind Modelle und Anbieter benannt, und dieses gehört nicht dazu.</translation>
    </message>
    <message>
      <source>This client may not use this model.</source>
      <translation>Dieser Client darf dieses Modell nicht verwenden.</translation>
    </message>
    <message>
      <source>Change [clients] in the settings if it should be allowed.</source>
      <translation>[clients] in den Einstellungen ändern, wenn es erlaubt sein soll.</translation>
    </message>
    <message>
      <source>Its policy in the settings says so.</source>
      <translation>So steht es in den Einstellungen.</translation>
    </message>
    <message>
      <source>The operator does not want this of this client.</source>
      <translation>Der Betreiber will das von diesem Client nicht.</translation>
    </message>
    <message>
      <source>Make a key with that scope: `%1 --scope …`.</source>
      <translation>Einen Schlüssel mit diesem Recht anlegen: `%1 --scope …`.</translation>
    </message>
    <message>
      <source>Its key was given without the permission that this request needs.</source>
      <translation>Sein Schlüssel wurde ohne das Recht vergeben, das diese Anfrage braucht.</translation>
    </message>
    <message>
      <source>The client may not do this.</source>
      <translation>Der Client darf das nicht.</translation>
    </message>
    <message>
      <source>If that was a mistake, give the client a key made with `%1`.</source>
      <translation>War das ein Versehen, dem Client einen Schlüssel von `%1` geben.</translation>
    </message>
    <message>
      <source>Its key, or what a person had allowed it, was revoked; what ran for it was cut at once.</source>
      <translation>Sein Schlüssel, oder was ihm eine Person erlaubt hatte, wurde entzogen; was für ihn lief, brach sofort ab.</translation>
    </message>
    <message>
      <source>The client's access was taken back while it was answered.</source>
      <translation>Der Zugriff des Clients wurde entzogen, während geantwortet wurde.</translation>
    </message>
    <message>
      <source>Give the client a key made with `%1`.</source>
      <translation>Dem Client einen Schlüssel von `%1` geben.</translation>
    </message>
    <message>
      <source>The client sent no access key, or one that this gateway did not give out.</source>
      <translation>Der Client sendete keinen Zugangsschlüssel, oder einen, den dieses Gateway nicht vergeben hat.</translation>
    </message>
    <message>
      <source>The key was refused.</source>
      <translation>Der Schlüssel wurde abgewiesen.</translation>
    </message>
    <message>
      <source>Run `llmgw doctor`: it says what can be done.</source>
      <translation>`llmgw doctor` sagt, was sich tun lässt.</translation>
    </message>
    <message>
      <source>The file that keys are kept in cannot be used; the words below say why.</source>
      <translation>Die Datei mit den Schlüsseln ist nicht brauchbar; die Worte unten sagen, warum.</translation>
    </message>
    <message>
      <source>It cannot be known whose key this is.</source>
      <translation>Wessen Schlüssel das ist, lässt sich nicht wissen.</translation>
    </message>
    <message>
      <source>Look at the client's own flights.</source>
      <translation>Die eigenen Anfragen des Clients ansehen.</translation>
    </message>
    <message>
      <source>It was never recorded or is kept no longer, or it is another client's.</source>
      <translation>Sie wurde nie aufgezeichnet oder wird nicht mehr aufbewahrt, oder sie gehört einem anderen Client.</translation>
    </message>
    <message>
      <source>There is no such flight.</source>
      <translation>Es gibt keine solche Anfrage.</translation>
    </message>
    <message>
      <source>The words below name what would be lost. Leave it out, ask a provider of this dialect, or give the client a key that allows losses.</source>
      <translation>Die Worte unten nennen, was verloren ginge. Weglassen, einen Anbieter dieses Dialekts fragen, oder dem Client einen Schlüssel geben, der Verluste erlaubt.</translation>
    </message>
    <message>
      <source>This client wants all or nothing (a strict key, or the header x-llmgw-strict).</source>
      <translation>Dieser Client will alles oder nichts (ein strenger Schlüssel oder die Kopfzeile x-llmgw-strict).</translation>
    </message>
    <message>
      <source>The provider speaks another dialect, which cannot carry all of this request.</source>
      <translation>Der Anbieter spricht einen anderen Dialekt, der nicht alles von dieser Anfrage tragen kann.</translation>
    </message>
    <message>
      <source>Send the request again; if it stays so, look after the client.</source>
      <translation>Die Anfrage nochmals senden; bleibt es so, nach dem Client sehen.</translation>
    </message>
    <message>
      <source>Its client began to send it and then fell silent.</source>
      <translation>Ihr Client begann zu senden und verstummte dann.</translation>
    </message>
    <message>
      <source>The request did not arrive whole.</source>
      <translation>Die Anfrage kam nicht ganz an.</translation>
    </message>
    <message>
      <source>Send less, or raise the limit.</source>
      <translation>Weniger senden, oder die Grenze anheben.</translation>
    </message>
    <message>
      <source>The limit is http.max_body_bytes in the settings.</source>
      <translation>Die Grenze ist http.max_body_bytes in den Einstellungen.</translation>
    </message>
    <message>
      <source>The request is larger than the gateway takes.</source>
      <translation>Die Anfrage ist größer, als das Gateway annimmt.</translation>
    </message>
    <message>
      <source>The words below name the field. Leave it out, or ask a provider of this dialect.</source>
      <translation>Die Worte unten nennen das Feld. Weglassen, oder einen Anbieter dieses Dialekts fragen.</translation>
    </message>
    <message>
      <source>The provider of this model speaks another dialect, which has nothing like it.</source>
      <translation>Der Anbieter dieses Modells spricht einen anderen Dialekt, der nichts Entsprechendes hat.</translation>
    </message>
    <message>
      <source>The request asks for what only a vendor does.</source>
      <translation>Die Anfrage verlangt, was nur ein Hersteller kann.</translation>
    </message>
    <message>
      <source>Look at the words below: they name the field. The request stands under Request, Raw.</source>
      <translation>Die Worte unten ansehen: sie nennen das Feld. Die Anfrage steht unter Anfrage, Roh.</translation>
    </message>
    <message>
      <source>It is not a JSON object, or a field has the wrong type.</source>
      <translation>Sie ist kein JSON-Objekt, oder ein Feld hat die falsche Art.</translation>
    </message>
    <message>
      <source>The gateway could not read the request.</source>
      <translation>Das Gateway konnte die Anfrage nicht lesen.</translation>
    </message>
    <message>
      <source>Nothing to mend here. If it happens often, raise the client's time limit.</source>
      <translation>Hier gibt es nichts zu beheben. Geschieht es oft, die Zeitgrenze des Clients anheben.</translation>
    </message>
    <message>
      <source>If the client shows no answer, send the request again.</source>
      <translation>Zeigt der Client keine Antwort, die Anfrage nochmals senden.</translation>
    </message>
    <message>
      <source>LLM Gateway ended while it was under way: it was killed, crashed, or lost power.</source>
      <translation>LLM Gateway endete, während sie lief: es wurde beendet, stürzte ab oder verlor den Strom.</translation>
    </message>
    <message>
      <source>How this flight ended is not known.</source>
      <translation>Wie diese Anfrage endete, ist nicht bekannt.</translation>
    </message>
    <message>
      <source>Page to send to somebody</source>
      <translation>Seite zum Weitergeben</translation>
    </message>
    <message>
      <source>Python with the vendor's SDK</source>
      <translation>Python mit dem SDK des Herstellers</translation>
    </message>
    <message>
      <source>curl commands</source>
      <translation>curl-Befehle</translation>
    </message>
    <message>
      <source>JSON lines</source>
      <translation>JSON-Zeilen</translation>
    </message>
    <message>
      <source>HTTP archive</source>
      <translation>HTTP-Archiv</translation>
    </message>
    <message>
      <source>%1 in, %2 out</source>
      <translation>%1 hinein, %2 heraus</translation>
    </message>
    <message>
      <source>Provider's request id</source>
      <translation>Kennung beim Anbieter</translation>
    </message>
    <message>
      <source>%1 asked, %2 answered</source>
      <translation>%1 verlangt, %2 antwortete</translation>
    </message>
    <message>
      <source>%1, %2 tokens/s</source>
      <translation>%1, %2 Token/s</translation>
    </message>
    <message>
      <source>in one piece</source>
      <translation>in einem Stück</translation>
    </message>
    <message>
      <source>%1, status %2</source>
      <translation>%1, Status %2</translation>
    </message>
    <message>
      <source>; %1 of %2 came from cache</source>
      <translation>; %1 von %2 kamen aus dem Cache</translation>
    </message>
    <message>
      <source>input token</source>
      <translation>Eingabe-Token</translation>
    </message>
    <message>
      <source>waiting for %1, %2 so far</source>
      <translation>wartet auf %1, bisher %2</translation>
    </message>
    <message>
      <source>a provider</source>
      <translation>ein Anbieter</translation>
    </message>
    <message>
      <source>%1 has been answering, %2 in all so far</source>
      <translation>%1 antwortet, bisher %2 insgesamt</translation>
    </message>
    <message>
      <source>the provider</source>
      <translation>der Anbieter</translation>
    </message>
    <message>
      <source>the client left</source>
      <translation>der Client ging</translation>
    </message>
    <message>
      <source>the run was canceled</source>
      <translation>der Lauf wurde abgebrochen</translation>
    </message>
    <message>
      <source>%1 began to answer and broke off after %2</source>
      <translation>%1 begann zu antworten und brach nach %2 ab</translation>
    </message>
    <message>
      <source>the gateway</source>
      <translation>das Gateway</translation>
    </message>
    <message>
      <source>refused it</source>
      <translation>wies sie ab</translation>
    </message>
    <message>
      <source> with status %1</source>
      <translation> mit Status %1</translation>
    </message>
    <message>
      <source>%1 answered%2 in %3%4</source>
      <translation>%1 antwortete%2 in %3%4</translation>
    </message>
    <message>
      <source>asked for embeddings by</source>
      <translation>verlangte Einbettungen von</translation>
    </message>
    <message>
      <source>asked for a token count by</source>
      <translation>verlangte eine Token-Zählung von</translation>
    </message>
    <message>
      <source>asked for</source>
      <translation>fragte</translation>
    </message>
    <message>
      <source>Made shorter</source>
      <translation>Gekürzt</translation>
    </message>
    <message>
      <source>tokens asked</source>
      <translation>verlangte Token</translation>
    </message>
    <message>
      <source>Stable prefix</source>
      <translation>Gleichbleibender Anfang</translation>
    </message>
    <message>
      <source>, %1 marked for the cache</source>
      <translation>, %1 für den Cache markiert</translation>
    </message>
    <message>
      <source>Caller</source>
      <translation>Aufrufer</translation>
    </message>
    <message>
      <source>%1 (says so of itself, with %2's key)</source>
      <translation>%1 (sagt das von sich selbst, mit dem Schlüssel von %2)</translation>
    </message>
    <message>
      <source>Counted</source>
      <translation>Gezählt</translation>
    </message>
    <message>
      <source>Size</source>
      <translation>Größe</translation>
    </message>
    <message>
      <source>Asked at</source>
      <translation>Gefragt um</translation>
    </message>
    <message>
      <source>None was chosen</source>
      <translation>Keiner wurde gewählt</translation>
    </message>
    <message>
      <source> ≥ is at least so much: the answer broke off before all of it was told.</source>
      <translation> ≥ ist mindestens so viel: die Antwort brach ab, bevor alles gesagt war.</translation>
    </message>
    <message>
      <source> ≈ was counted by the gateway: the provider did not tell it.</source>
      <translation> ≈ zählte das Gateway: der Anbieter sagte es nicht.</translation>
    </message>
    <message>
      <source>Tokens: %1%2%3.%4</source>
      <translation>Token: %1%2%3.%4</translation>
    </message>
    <message>
      <source>; cache hit rate %1</source>
      <translation>; Cache-Trefferquote %1</translation>
    </message>
    <message>
      <source>; %1 of the output were reasoning</source>
      <translation>; %1 der Ausgabe waren Denken</translation>
    </message>
    <message>
      <source>No provider was asked, so nobody told token figures.</source>
      <translation>Kein Anbieter wurde gefragt, darum nannte niemand Token.</translation>
    </message>
    <message>
      <source>The provider told no token figures.</source>
      <translation>Der Anbieter nannte keine Token.</translation>
    </message>
    <message>
      <source>a model</source>
      <translation>ein Modell</translation>
    </message>
    <message>
      <source>A client</source>
      <translation>Ein Client</translation>
    </message>
    <message>
      <source>Fresh input</source>
      <translation>Neue Eingabe</translation>
    </message>
    <message>
      <source>Input (cache not told)</source>
      <translation>Eingabe (Cache nicht gesagt)</translation>
    </message>
    <message>
      <source>Vendor's CLI</source>
      <translation>CLI des Herstellers</translation>
    </message>
    <message>
      <source>The request went on as it was.</source>
      <translation>Die Anfrage ging weiter, wie sie war.</translation>
    </message>
    <message>
      <source>Nothing was sent to anybody.</source>
      <translation>Nichts wurde gesendet.</translation>
    </message>
    <message>
      <source>Noted</source>
      <translation>Vermerkt</translation>
    </message>
    <message>
      <source>Hidden</source>
      <translation>Verborgen</translation>
    </message>
    <message>
      <source>Blocked</source>
      <translation>Aufgehalten</translation>
    </message>
    <message>
      <source>%1 has no place for it.</source>
      <translation>%1 hat keinen Platz dafür.</translation>
    </message>
    <message>
      <source>It has no counterpart outside %1.</source>
      <translation>Außerhalb von %1 gibt es nichts Entsprechendes.</translation>
    </message>
    <message>
      <source>Nothing was lost between %1 and %2, as far as it came.</source>
      <translation>Zwischen %1 und %2 ging nichts verloren, soweit sie kam.</translation>
    </message>
    <message>
      <source>Nothing was lost between %1 and %2.</source>
      <translation>Zwischen %1 und %2 ging nichts verloren.</translation>
    </message>
    <message>
      <source>Nothing was lost between %1 and %2 so far.</source>
      <translation>Zwischen %1 und %2 ging bisher nichts verloren.</translation>
    </message>
    <message>
      <source>%1 could not be carried between %2 and %3%4.</source>
      <translation>%1 ließ sich zwischen %2 und %3 nicht übertragen%4.</translation>
    </message>
    <message>
      <source>The server may not have read all of the prompt.</source>
      <translation>Vielleicht hat der Server nicht den ganzen Prompt gelesen.</translation>
    </message>
    <message>
      <source>Field</source>
      <translation>Feld</translation>
    </message>
    <message>
      <source>%1 from cache</source>
      <translation>%1 aus dem Cache</translation>
    </message>
    <message>
      <source>Today %1</source>
      <translation>Heute %1</translation>
    </message>
    <message>
      <source>, %1 of unknown source</source>
      <translation>, %1 unbekannter Herkunft</translation>
    </message>
    <message>
      <source>, %1 fresh, %2 written to a cache, %3 read from one</source>
      <translation>, %1 neu, %2 in einen Cache geschrieben, %3 aus einem gelesen</translation>
    </message>
    <message>
      <source>Input tokens: %1 in all</source>
      <translation>Eingabe-Token: %1 insgesamt</translation>
    </message>
    <message>
      <source>Input tokens: not known.</source>
      <translation>Eingabe-Token: nicht bekannt.</translation>
    </message>
    <message>
      <source>%1 left out.</source>
      <translation>%1 ausgelassen.</translation>
    </message>
    <message>
      <source>%1 counted, too.</source>
      <translation>%1 mitgezählt.</translation>
    </message>
    <message>
      <source>Cache hit rate %1, first token %2 in the median, %3 output tokens, cost %4.</source>
      <translation>Cache-Trefferquote %1, erstes Token %2 im Median, %3 Ausgabe-Token, Kosten %4.</translation>
    </message>
    <message>
      <source>In %1: %2, %3.</source>
      <translation>In %1: %2, %3.</translation>
    </message>
    <message>
      <source>No flights%1 in %2.</source>
      <translation>Keine Anfragen%1 in %2.</translation>
    </message>
    <message>
      <source> but practice</source>
      <translation> außer Übung</translation>
    </message>
    <message>
      <source>the last 7 days</source>
      <translation>den letzten 7 Tagen</translation>
    </message>
    <message>
      <source>the last 24 hours</source>
      <translation>den letzten 24 Stunden</translation>
    </message>
    <message>
      <source>the last hour</source>
      <translation>der letzten Stunde</translation>
    </message>
    <message>
      <source>the last 15 minutes</source>
      <translation>den letzten 15 Minuten</translation>
    </message>
    <message>
      <source>not known: no price is known of this model</source>
      <translation>nicht bekannt: für dieses Modell ist kein Preis bekannt</translation>
    </message>
    <message>
      <source>not known: no price is known of %1</source>
      <translation>nicht bekannt: kein Preis für %1 bekannt</translation>
    </message>
    <message>
      <source>not known: the provider told no tokens</source>
      <translation>nicht bekannt: der Anbieter nannte keine Token</translation>
    </message>
    <message>
      <source>not known: what was told cannot be true (%1)</source>
      <translation>nicht bekannt: was gesagt wurde, kann nicht stimmen (%1)</translation>
    </message>
    <message>
      <source>the answer broke off</source>
      <translation>die Antwort brach ab</translation>
    </message>
    <message>
      <source>no price is known of %1</source>
      <translation>für %1 ist kein Preis bekannt</translation>
    </message>
    <message>
      <source>at least so much</source>
      <translation>mindestens so viel</translation>
    </message>
    <message>
      <source>Told by %1 of %2</source>
      <translation>Gesagt von %1 von %2</translation>
    </message>
    <message>
      <source>Told by all of %1.</source>
      <translation>Gesagt von allen %1.</translation>
    </message>
    <message>
      <source>Cannot be true</source>
      <translation>Kann nicht stimmen</translation>
    </message>
    <message>
      <source>Not understood</source>
      <translation>Nicht verstanden</translation>
    </message>
    <message>
      <source>Vendor's tools</source>
      <translation>Werkzeuge des Herstellers</translation>
    </message>
    <message>
      <source>%1, by the prices known then</source>
      <translation>%1, nach den damaligen Preisen</translation>
    </message>
    <message>
      <source>about %1: the gateway counted the tokens of %2</source>
      <translation>etwa %1: das Gateway zählte die Token von %2</translation>
    </message>
    <message>
      <source>the answer</source>
      <translation>der Antwort</translation>
    </message>
    <message>
      <source>the prompt</source>
      <translation>des Prompts</translation>
    </message>
    <message>
      <source>at least %1: %2</source>
      <translation>mindestens %1: %2</translation>
    </message>
    <message>
      <source>Not known: the provider did not tell it.</source>
      <translation>Nicht bekannt: der Anbieter sagte es nicht.</translation>
    </message>
    <message>
      <source>At least so much: the answer broke off before all of it was told.</source>
      <translation>Mindestens so viel: die Antwort brach ab, bevor alles gesagt war.</translation>
    </message>
    <message>
      <source>The gateway counted this: the provider did not tell it.</source>
      <translation>Das zählte das Gateway: der Anbieter sagte es nicht.</translation>
    </message>
    <message>
      <source>≈ was counted by the gateway, ≥ is at least so much, – is not known.</source>
      <translation>≈ zählte das Gateway, ≥ ist mindestens so viel, – ist nicht bekannt.</translation>
    </message>
    <message>
      <source>at most %1%2</source>
      <translation>höchstens %1%2</translation>
    </message>
    <message>
      <source>≈%1%2 if the answer is as long as before</source>
      <translation>≈%1%2, wenn die Antwort so lang ist wie zuvor</translation>
    </message>
    <message>
      <source>no price is known</source>
      <translation>kein Preis bekannt</translation>
    </message>
    <message>
      <source>sends %1%2 tokens</source>
      <translation>sendet %1%2 Token</translation>
    </message>
    <message>
      <source>a whole number is wanted</source>
      <translation>erwartet wird eine ganze Zahl</translation>
    </message>
    <message>
      <source>This flight was not recorded, or is kept no longer.</source>
      <translation>Diese Anfrage wurde nicht aufgezeichnet oder wird nicht mehr aufbewahrt.</translation>
    </message>
    <message>
      <source>No timeline was recorded for this flight.</source>
      <translation>Für diese Anfrage wurde kein Ablauf aufgezeichnet.</translation>
    </message>
    <message>
      <source>Other</source>
      <translation>Anderes</translation>
    </message>
    <message>
      <source>From the first byte to the last</source>
      <translation>Vom ersten Byte bis zum letzten</translation>
    </message>
    <message>
      <source>Until the first byte of the answer</source>
      <translation>Bis zum ersten Byte der Antwort</translation>
    </message>
    <message>
      <source>Wait</source>
      <translation>Warten</translation>
    </message>
    <message>
      <source>A connection was made and the request sent</source>
      <translation>Eine Verbindung wurde hergestellt und die Anfrage gesendet</translation>
    </message>
    <message>
      <source>The local server loaded the model</source>
      <translation>Der lokale Server lud das Modell</translation>
    </message>
    <message>
      <source>Loading</source>
      <translation>Laden</translation>
    </message>
    <message>
      <source>It waited for its turn at a local server</source>
      <translation>Sie wartete bei einem lokalen Server, bis sie an der Reihe war</translation>
    </message>
    <message>
      <source>Queued</source>
      <translation>In der Schlange</translation>
    </message>
    <message>
      <source>A person was asked whether it may go on</source>
      <translation>Eine Person wurde gefragt, ob sie weiter darf</translation>
    </message>
    <message>
      <source>Held</source>
      <translation>Angehalten</translation>
    </message>
    <message>
      <source>A provider was chosen</source>
      <translation>Ein Anbieter wurde gewählt</translation>
    </message>
    <message>
      <source>The request's body arrived</source>
      <translation>Der Inhalt der Anfrage traf ein</translation>
    </message>
    <message>
      <source>%1; %2 left out</source>
      <translation>%1; %2 ausgelassen</translation>
    </message>
    <message>
      <source>%1, in the order in which they are asked</source>
      <translation>%1, in der Reihenfolge, in der sie gefragt werden</translation>
    </message>
    <message>
      <source>One candidate</source>
      <translation>Ein Kandidat</translation>
    </message>
    <message>
      <source>How this flight was routed was not recorded.</source>
      <translation>Wie diese Anfrage zugeteilt wurde, ist nicht aufgezeichnet.</translation>
    </message>
    <message>
      <source>No route was chosen for this flight; the overview says why.</source>
      <translation>Für diese Anfrage wurde keine Route gewählt; die Übersicht sagt, warum.</translation>
    </message>
    <message>
      <source>How this flight was routed is told when it has ended.</source>
      <translation>Wie diese Anfrage zugeteilt wurde, steht hier, wenn sie zu Ende ist.</translation>
    </message>
    <message>
      <source>Cancel it first.</source>
      <translation>Zuerst abbrechen.</translation>
    </message>
    <message>
      <source>Wait for it, cancel it, or fork the session.</source>
      <translation>Darauf warten, ihn abbrechen oder die Sitzung verzweigen.</translation>
    </message>
    <message>
      <source>Two runs at once would lose what one of them says.</source>
      <translation>Zwei Läufe zugleich würden verlieren, was einer davon sagt.</translation>
    </message>
    <message>
      <source>Another run of this session goes on.</source>
      <translation>Ein anderer Lauf dieser Sitzung geht weiter.</translation>
    </message>
    <message>
      <source>Correct the field that is named below.</source>
      <translation>Das unten genannte Feld berichtigen.</translation>
    </message>
    <message>
      <source>Something in the request does not fit the CLI, or this computer.</source>
      <translation>Etwas in der Anfrage passt nicht zur CLI oder zu diesem Computer.</translation>
    </message>
    <message>
      <source>The run could not be started as it was asked for.</source>
      <translation>Der Lauf konnte so nicht gestartet werden.</translation>
    </message>
    <message>
      <source>Try again later, or raise the limits in the settings.</source>
      <translation>Später nochmals versuchen, oder die Grenzen in den Einstellungen anheben.</translation>
    </message>
    <message>
      <source>As many runs of CLIs went on as may, and as many waited as may.</source>
      <translation>So viele Läufe von CLIs liefen, wie dürfen, und so viele warteten, wie dürfen.</translation>
    </message>
    <message>
      <source>The gateway had no place for one more run.</source>
      <translation>Das Gateway hatte keinen Platz für einen weiteren Lauf.</translation>
    </message>
    <message>
      <source>The CLI ended well and answered nothing.</source>
      <translation>Die CLI endete gut und antwortete nichts.</translation>
    </message>
    <message>
      <source>The run was cut off.</source>
      <translation>Der Lauf wurde abgeschnitten.</translation>
    </message>
    <message>
      <source>The CLI's vendor failed.</source>
      <translation>Der Hersteller der CLI fiel aus.</translation>
    </message>
    <message>
      <source>The limit of your plan or account is reached.</source>
      <translation>Die Grenze des Abonnements oder Kontos ist erreicht.</translation>
    </message>
    <message>
      <source>The CLI's vendor refused it for a while.</source>
      <translation>Der Hersteller der CLI wies sie eine Weile ab.</translation>
    </message>
    <message>
      <source>The words below say which.</source>
      <translation>Die Worte unten sagen, was.</translation>
    </message>
    <message>
      <source>A model, a session or an option is not one that it knows.</source>
      <translation>Ein Modell, eine Sitzung oder eine Option kennt sie nicht.</translation>
    </message>
    <message>
      <source>The CLI refused what it was asked.</source>
      <translation>Die CLI lehnte ab, was verlangt wurde.</translation>
    </message>
    <message>
      <source>The CLI was asked for too much at once.</source>
      <translation>Von der CLI wurde auf einmal zu viel verlangt.</translation>
    </message>
    <message>
      <source>The words below are its own. Its job keeps all that it wrote.</source>
      <translation>Die Worte unten sind ihre eigenen. Ihr Auftrag behält alles, was sie schrieb.</translation>
    </message>
    <message>
      <source>It ended without having said that it was done, or said that it was not.</source>
      <translation>Sie endete, ohne zu sagen, dass sie fertig ist, oder sagte, dass sie es nicht ist.</translation>
    </message>
    <message>
      <source>The CLI failed.</source>
      <translation>Die CLI scheiterte.</translation>
    </message>
    <message>
      <source>The output of a run is limited.</source>
      <translation>Die Ausgabe eines Laufs ist begrenzt.</translation>
    </message>
    <message>
      <source>The run wrote more than it may and was stopped.</source>
      <translation>Der Lauf schrieb mehr, als er darf, und wurde angehalten.</translation>
    </message>
    <message>
      <source>The run said nothing for too long and was stopped.</source>
      <translation>Der Lauf sagte zu lange nichts und wurde angehalten.</translation>
    </message>
    <message>
      <source>The run took too long and was stopped.</source>
      <translation>Der Lauf dauerte zu lange und wurde angehalten.</translation>
    </message>
    <message>
      <source>Sign in as the words below say, in a terminal, then ask again.</source>
      <translation>In einem Terminal anmelden, wie die Worte unten sagen, dann nochmals fragen.</translation>
    </message>
    <message>
      <source>It has no sign-in on this computer, or its vendor refuses the one it has.</source>
      <translation>Sie ist auf diesem Computer nicht angemeldet, oder ihr Hersteller weist die Anmeldung ab.</translation>
    </message>
    <message>
      <source>The CLI is not signed in.</source>
      <translation>Die CLI ist nicht angemeldet.</translation>
    </message>
    <message>
      <source>Its client or a person at this computer stopped it.</source>
      <translation>Sein Client oder eine Person an diesem Computer hielt ihn an.</translation>
    </message>
    <message>
      <source>The run was canceled.</source>
      <translation>Der Lauf wurde abgebrochen.</translation>
    </message>
    <message>
      <source>This month so far %1; est. %2 in all: %3.%4</source>
      <translation>Diesen Monat bisher %1; geschätzt %2 insgesamt: %3.%4</translation>
    </message>
    <message>
      <source> Without %1 of unknown cost.</source>
      <translation> Ohne %1 unbekannter Kosten.</translation>
    </message>
    <message>
      <source>This month so far %1; %2.</source>
      <translation>Diesen Monat bisher %1; %2.</translation>
    </message>
    <message>
      <source>By the prices of now: %1.</source>
      <translation>Nach heutigen Preisen: %1.</translation>
    </message>
    <message>
      <source>Caches saved</source>
      <translation>Durch Caches gespart</translation>
    </message>
    <message>
      <source>Cache misses</source>
      <translation>Cache-Fehltreffer</translation>
    </message>
    <message>
      <source> %1 left out.</source>
      <translation> %1 ausgelassen.</translation>
    </message>
    <message>
      <source>%1 ended with an error</source>
      <translation>%1 endeten mit einem Fehler</translation>
    </message>
    <message>
      <source>Broken off</source>
      <translation>Abgebrochen</translation>
    </message>
    <message>
      <source>%1 cut, %2 left by the caller</source>
      <translation>%1 abgeschnitten, %2 vom Aufrufer verlassen</translation>
    </message>
    <message>
      <source>tokens of %1 are not known</source>
      <translation>Token von %1 nicht bekannt</translation>
    </message>
    <message>
      <source>the cost of %1 is estimated</source>
      <translation>Kosten von %1 geschätzt</translation>
    </message>
    <message>
      <source>%1 cost at least what is counted</source>
      <translation>%1 kosten mindestens, was gezählt ist</translation>
    </message>
    <message>
      <source>the cost of %1 is not known</source>
      <translation>die Kosten von %1 sind nicht bekannt</translation>
    </message>
    <message>
      <source>This is not valid JSON; shown as far as it goes.</source>
      <translation>Das ist kein gültiges JSON; gezeigt, soweit es geht.</translation>
    </message>
    <message>
      <source>
… %1 more</source>
      <translation>
… %1 weitere</translation>
    </message>
    <message>
      <source>the latest alone</source>
      <translation>nur das Neueste</translation>
    </message>
    <message>
      <source>It is kept no longer.</source>
      <translation>Es wird nicht mehr aufbewahrt.</translation>
    </message>
    <message>
      <source>Nothing that had not been said before.</source>
      <translation>Nichts, was nicht schon gesagt war.</translation>
    </message>
    <message>
      <source>Not read here: more was said since than is read at once. Open the flight.</source>
      <translation>Hier nicht gelesen: seither wurde mehr gesagt, als auf einmal gelesen wird. Bitte die Anfrage öffnen.</translation>
    </message>
    <message>
      <source>A run of a CLI: its requests to models tell what was said.</source>
      <translation>Ein Lauf einer CLI: ihre Anfragen an Modelle sagen, was gesprochen wurde.</translation>
    </message>
    <message>
      <source>content-type: application/json</source>
      <translation>content-type: application/json</translation>
    </message>
    <message>
      <source>It is too long for cmd, which takes short lines. Copy it for PowerShell.</source>
      <translation>Für cmd ist es zu lang, das nur kurze Zeilen nimmt. Bitte für PowerShell kopieren.</translation>
    </message>
    <message>
      <source>a shell</source>
      <translation>eine Shell</translation>
    </message>
    <message>
      <source>%1
… %2 characters the same …
%3</source>
      <translation>%1
… %2 gleiche Zeichen …
%3</translation>
    </message>
    <message>
      <source>
… %1 more characters, and what follows them</source>
      <translation>
… %1 weitere Zeichen und was ihnen folgt</translation>
    </message>
    <message>
      <source>Look at what the proxy sends in it: one name of letters, digits and ._@:+=/- alone.</source>
      <translation>Nachsehen, was der Proxy darin sendet: nur ein Name aus Buchstaben, Ziffern und ._@:+=/-.</translation>
    </message>
    <message>
      <source>The trusted header came twice, empty, or with a name that this gateway itself gives.</source>
      <translation>Die Kopfzeile, der vertraut wird, kam zweimal, leer oder mit einem Namen, den das Gateway selbst vergibt.</translation>
    </message>
    <message>
      <source>`llmgw approvals list` shows those that wait.</source>
      <translation>`llmgw approvals list` zeigt die wartenden.</translation>
    </message>
    <message>
      <source>A provider's base_url leads to another gateway, or a forwarder, that leads back here.</source>
      <translation>Die base_url eines Anbieters führt zu einem anderen Gateway oder einem Weiterleiter, der hierher zurückführt.</translation>
    </message>
    <message>
      <source>It may come again when the window begins anew. Let it on when it is asked, or lower `reserve` in [brakes].</source>
      <translation>Sie darf wiederkommen, wenn das Fenster neu beginnt. Weiterlassen, wenn gefragt wird, oder `reserve` in [brakes] senken.</translation>
    </message>
    <message>
      <source>The request is background work: it says a label, comes from a run of a CLI, or its client is named in [brakes] background.</source>
      <translation>Die Anfrage ist Hintergrundarbeit: sie nennt ein Label, kommt von einem Lauf einer CLI, oder ihr Client steht in [brakes] background.</translation>
    </message>
    <message>
      <source>Give them again when it is asked again; they are kept nowhere.</source>
      <translation>Bei einer Wiederholung bitte nochmals angeben; aufbewahrt werden sie nirgends.</translation>
    </message>
    <message>
      <source>Secrets were taken out of its request before it was kept.</source>
      <translation>Aus der Anfrage wurden Geheimnisse entfernt, bevor sie aufbewahrt wurde.</translation>
    </message>
    <message>
      <source>The flight cannot be asked again as it was.</source>
      <translation>Die Anfrage lässt sich nicht so wiederholen, wie sie war.</translation>
    </message>
    <message>
      <source>Ask anew where it came from.</source>
      <translation>Dort neu fragen, woher sie kam.</translation>
    </message>
    <message>
      <source>Of its request too little is kept, or it was none to a model.</source>
      <translation>Von ihr ist zu wenig aufbewahrt, oder sie ging an kein Modell.</translation>
    </message>
    <message>
      <source>The flight cannot be asked again.</source>
      <translation>Die Anfrage lässt sich nicht wiederholen.</translation>
    </message>
    <message>
      <source>Set the client's content-type header.</source>
      <translation>Die Kopfzeile content-type des Clients setzen.</translation>
    </message>
    <message>
      <source>It takes application/json.</source>
      <translation>Es nimmt application/json.</translation>
    </message>
    <message>
      <source>The gateway does not read this kind of body.</source>
      <translation>Das Gateway liest diese Art von Inhalt nicht.</translation>
    </message>
    <message>
      <source>Update the client, or have it speak HTTP/1.1.</source>
      <translation>Den Client aktualisieren oder HTTP/1.1 sprechen lassen.</translation>
    </message>
    <message>
      <source>It takes HTTP/1.0 and HTTP/1.1.</source>
      <translation>Es nimmt HTTP/1.0 und HTTP/1.1.</translation>
    </message>
    <message>
      <source>The request speaks a version of HTTP that the gateway does not.</source>
      <translation>Die Anfrage spricht eine Fassung von HTTP, die das Gateway nicht spricht.</translation>
    </message>
    <message>
      <source>Of %1 what was said is missing: it is encrypted, and the vault is locked.</source>
      <translation>Von %1 fehlt, was gesagt wurde: es ist verschlüsselt, und der Tresor ist verschlossen.</translation>
    </message>
    <message>
      <source>%1 cannot be told in this form.</source>
      <translation>%1 lässt sich in dieser Form nicht sagen.</translation>
    </message>
    <message>
      <source>LLM Gateway ended meanwhile, and how the flight ended is not known</source>
      <translation>LLM Gateway endete inzwischen, und wie die Anfrage endete, ist nicht bekannt</translation>
    </message>
    <message>
      <source>%1 after %2, before the answer was complete</source>
      <translation>%1 nach %2, bevor die Antwort ganz war</translation>
    </message>
    <message>
      <source>had a conversation made shorter by</source>
      <translation>ließ ein Gespräch kürzen von</translation>
    </message>
    <message>
      <source>With the request of the model that reads the result</source>
      <translation>Mit der Anfrage des Modells, das das Ergebnis liest</translation>
    </message>
    <message>
      <source>With its requests, which passed the gateway</source>
      <translation>Mit seinen Anfragen, die durch das Gateway gingen</translation>
    </message>
    <message>
      <source>Codex Responses</source>
      <translation>Codex Responses</translation>
    </message>
    <message>
      <source>%1 in %2.</source>
      <translation>%1 in %2.</translation>
    </message>
    <message>
      <source>%1 or more</source>
      <translation>%1 oder mehr</translation>
    </message>
    <message>
      <source>Nothing that has to stand in %1 does.</source>
      <translation>Nichts, was in %1 stehen muss, steht dort.</translation>
    </message>
    <message>
      <source>Placeholders were sent in the place of what was hidden, and are all that is recorded. The client gets the real words back.</source>
      <translation>An der Stelle des Verborgenen gingen Platzhalter hinaus, und nur sie sind aufgezeichnet. Der Client bekommt die echten Wörter zurück.</translation>
    </message>
    <message>
      <source>keys and tokens</source>
      <translation>Schlüssel und Token</translation>
    </message>
    <message>
      <source>key or token</source>
      <translation>Schlüssel oder Token</translation>
    </message>
    <message>
      <source>social security numbers</source>
      <translation>Sozialversicherungsnummern</translation>
    </message>
    <message>
      <source>social security number</source>
      <translation>Sozialversicherungsnummer</translation>
    </message>
    <message>
      <source>IP addresses</source>
      <translation>IP-Adressen</translation>
    </message>
    <message>
      <source>IP address</source>
      <translation>IP-Adresse</translation>
    </message>
    <message>
      <source>credit card numbers</source>
      <translation>Kreditkartennummern</translation>
    </message>
    <message>
      <source>credit card number</source>
      <translation>Kreditkartennummer</translation>
    </message>
    <message>
      <source>phone numbers</source>
      <translation>Telefonnummern</translation>
    </message>
    <message>
      <source>phone number</source>
      <translation>Telefonnummer</translation>
    </message>
    <message>
      <source>email addresses</source>
      <translation>E-Mail-Adressen</translation>
    </message>
    <message>
      <source>email address</source>
      <translation>E-Mail-Adresse</translation>
    </message>
    <message>
      <source>tools' results</source>
      <translation>den Ergebnissen von Werkzeugen</translation>
    </message>
    <message>
      <source>the model's words</source>
      <translation>den Worten des Modells</translation>
    </message>
    <message>
      <source>the user's words</source>
      <translation>den Worten des Benutzers</translation>
    </message>
    <message>
      <source>instructions and tools</source>
      <translation>Anweisungen und Werkzeugen</translation>
    </message>
    <message>
      <source>the provider's dialect</source>
      <translation>der Dialekt des Anbieters</translation>
    </message>
    <message>
      <source>Prompt, of which the server counted %1</source>
      <translation>Prompt, von dem der Server %1 zählte</translation>
    </message>
    <message>
      <source>Nothing was sent: this client allows no losses. The error above names them.</source>
      <translation>Nichts wurde gesendet: dieser Client erlaubt keine Verluste. Der Fehler oben nennt sie.</translation>
    </message>
    <message>
      <source>Media in the answer</source>
      <translation>Medien in der Antwort</translation>
    </message>
    <message>
      <source>Why the model stopped</source>
      <translation>Warum das Modell aufhörte</translation>
    </message>
    <message>
      <source>Which stop sequence was met</source>
      <translation>Welche Stoppfolge getroffen wurde</translation>
    </message>
    <message>
      <source>Wish to store the answer</source>
      <translation>Wunsch, die Antwort zu speichern</translation>
    </message>
    <message>
      <source>Cache key</source>
      <translation>Cache-Schlüssel</translation>
    </message>
    <message>
      <source>Name of the end user</source>
      <translation>Name des Endbenutzers</translation>
    </message>
    <message>
      <source>Service tier</source>
      <translation>Dienststufe</translation>
    </message>
    <message>
      <source>Verbosity</source>
      <translation>Ausführlichkeit</translation>
    </message>
    <message>
      <source>Form of the answer</source>
      <translation>Form der Antwort</translation>
    </message>
    <message>
      <source>How thinking is shown</source>
      <translation>Wie Denken gezeigt wird</translation>
    </message>
    <message>
      <source>How much to think</source>
      <translation>Wie viel zu denken ist</translation>
    </message>
    <message>
      <source>Limit of tokens</source>
      <translation>Grenze für Token</translation>
    </message>
    <message>
      <source>Stop sequences</source>
      <translation>Stoppfolgen</translation>
    </message>
    <message>
      <source>Several answers</source>
      <translation>Mehrere Antworten</translation>
    </message>
    <message>
      <source>Log probabilities</source>
      <translation>Logarithmische Wahrscheinlichkeiten</translation>
    </message>
    <message>
      <source>Penalties</source>
      <translation>Abzüge</translation>
    </message>
    <message>
      <source>Seed</source>
      <translation>Seed</translation>
    </message>
    <message>
      <source>Top-k</source>
      <translation>Top-k</translation>
    </message>
    <message>
      <source>Top-p</source>
      <translation>Top-p</translation>
    </message>
    <message>
      <source>Calls at the same time</source>
      <translation>Aufrufe zur selben Zeit</translation>
    </message>
    <message>
      <source>Choice among the tools</source>
      <translation>Wahl unter den Werkzeugen</translation>
    </message>
    <message>
      <source>Schema of a tool</source>
      <translation>Schema eines Werkzeugs</translation>
    </message>
    <message>
      <source>Strict tool</source>
      <translation>Strenges Werkzeug</translation>
    </message>
    <message>
      <source>Namespace of tools</source>
      <translation>Namensraum von Werkzeugen</translation>
    </message>
    <message>
      <source>Grammar of a custom tool</source>
      <translation>Grammatik eines eigenen Werkzeugs</translation>
    </message>
    <message>
      <source>Custom tool</source>
      <translation>Eigenes Werkzeug</translation>
    </message>
    <message>
      <source>Tool run by a provider</source>
      <translation>Werkzeug, das ein Anbieter ausführt</translation>
    </message>
    <message>
      <source>Tools of the caller</source>
      <translation>Werkzeuge des Aufrufers</translation>
    </message>
    <message>
      <source>Call or result on its own</source>
      <translation>Aufruf oder Ergebnis allein</translation>
    </message>
    <message>
      <source>Arguments of a call</source>
      <translation>Argumente eines Aufrufs</translation>
    </message>
    <message>
      <source>Beginning of the answer</source>
      <translation>Anfang der Antwort</translation>
    </message>
    <message>
      <source>Empty text</source>
      <translation>Leerer Text</translation>
    </message>
    <message>
      <source>Cache mark</source>
      <translation>Cache-Marke</translation>
    </message>
    <message>
      <source>Failure of a tool</source>
      <translation>Fehlschlag eines Werkzeugs</translation>
    </message>
    <message>
      <source>Media in a tool's result</source>
      <translation>Medien im Ergebnis eines Werkzeugs</translation>
    </message>
    <message>
      <source>Work of a provider's tool</source>
      <translation>Arbeit eines Werkzeugs des Anbieters</translation>
    </message>
    <message>
      <source>Refusal</source>
      <translation>Ablehnung</translation>
    </message>
    <message>
      <source>Citations</source>
      <translation>Belegstellen</translation>
    </message>
    <message>
      <source>Signature</source>
      <translation>Unterschrift</translation>
    </message>
    <message>
      <source>Hidden thinking</source>
      <translation>Verborgenes Denken</translation>
    </message>
    <message>
      <source>Earlier thinking</source>
      <translation>Früheres Denken</translation>
    </message>
    <message>
      <source>File kept by a provider</source>
      <translation>Datei, die ein Anbieter aufbewahrt</translation>
    </message>
    <message>
      <source>Video</source>
      <translation>Video</translation>
    </message>
    <message>
      <source>Sound</source>
      <translation>Ton</translation>
    </message>
    <message>
      <source>Facts about a document</source>
      <translation>Angaben zu einem Dokument</translation>
    </message>
    <message>
      <source>Document at an address</source>
      <translation>Dokument an einer Adresse</translation>
    </message>
    <message>
      <source>Document</source>
      <translation>Dokument</translation>
    </message>
    <message>
      <source>Level of detail of an image</source>
      <translation>Detailstufe eines Bildes</translation>
    </message>
    <message>
      <source>Image at an address</source>
      <translation>Bild an einer Adresse</translation>
    </message>
    <message>
      <source>Speaker's name</source>
      <translation>Name des Sprechers</translation>
    </message>
    <message>
      <source>Role developer</source>
      <translation>Rolle developer</translation>
    </message>
    <message>
      <source>Place of a system message</source>
      <translation>Platz einer Systemnachricht</translation>
    </message>
    <message>
      <source>A server with a shorter context than the prompt leaves its beginning out and says nothing. Give the model a longer context: num_ctx or OLLAMA_CONTEXT_LENGTH of Ollama, the context length of LM Studio, --ctx-size of llama.cpp.</source>
      <translation>Ein Server mit einem kürzeren Kontext als der Prompt lässt dessen Anfang weg und sagt nichts. Dem Modell einen längeren Kontext geben: num_ctx oder OLLAMA_CONTEXT_LENGTH bei Ollama, die Kontextlänge in LM Studio, --ctx-size bei llama.cpp.</translation>
    </message>
    <message>
      <source>Not all of it read</source>
      <translation>Nicht alles davon gelesen</translation>
    </message>
    <message>
      <source>practice flight</source>
      <translation>Übungsanfrage</translation>
    </message>
    <message>
      <source>nobody here knows what %1 means</source>
      <translation>niemand hier weiß, was %1 bedeutet</translation>
    </message>
    <message>
      <source>its %1 is not known</source>
      <translation>die Angabe %1 fehlt</translation>
    </message>
    <message>
      <source> each of %1</source>
      <translation> jede von %1</translation>
    </message>
    <message>
      <source>The words below say which: see `[[rules]]`, and `ask` of the server.</source>
      <translation>Die Worte unten sagen, was von beiden: siehe `[[rules]]` und `ask` des Servers.</translation>
    </message>
    <message>
      <source>A rule of yours or an answer of yours says no, or nobody answered in time.</source>
      <translation>Eine eigene Regel oder Antwort sagt nein, oder niemand antwortete rechtzeitig.</translation>
    </message>
    <message>
      <source>The tool was not called.</source>
      <translation>Das Werkzeug wurde nicht aufgerufen.</translation>
    </message>
    <message>
      <source>`llmgw tools list` says how it is; the words below tell what went wrong.</source>
      <translation>`llmgw tools list` sagt, wie es um ihn steht; die Worte unten sagen, was schiefging.</translation>
    </message>
    <message>
      <source>It is not there, crashed, is silent, or refuses the call or its arguments.</source>
      <translation>Er ist nicht da, ist abgestürzt, schweigt, oder lehnt den Aufruf oder dessen Argumente ab.</translation>
    </message>
    <message>
      <source>The tool's server did not do what it was asked.</source>
      <translation>Der Server des Werkzeugs tat nicht, worum er gebeten wurde.</translation>
    </message>
    <message>
      <source>The model that called it has read the same. The arguments stand under Request.</source>
      <translation>Das Modell, das es aufrief, hat dasselbe gelesen. Die Argumente stehen unter Anfrage.</translation>
    </message>
    <message>
      <source>Whatever it was to do did not work, as the words below say.</source>
      <translation>Was immer es tun sollte, gelang nicht, wie die Worte unten sagen.</translation>
    </message>
    <message>
      <source>The tool was called, and told of an error.</source>
      <translation>Das Werkzeug wurde aufgerufen und meldete einen Fehler.</translation>
    </message>
    <message>
      <source>Only jobs that have ended can be deleted.</source>
      <translation>Nur Aufträge, die zu Ende sind, lassen sich löschen.</translation>
    </message>
    <message>
      <source>The job has not ended.</source>
      <translation>Der Auftrag ist nicht zu Ende.</translation>
    </message>
    <message>
      <source>Look at how it stands: llmgw jobs show ID.</source>
      <translation>Nachsehen, wie es um ihn steht: llmgw jobs show ID.</translation>
    </message>
    <message>
      <source>Only a job that is parked can be told to go on: this one runs, waits for its turn, or has ended.</source>
      <translation>Nur ein geparkter Auftrag kann weitermachen: dieser läuft, wartet, bis er an der Reihe ist, oder ist zu Ende.</translation>
    </message>
    <message>
      <source>The job does not wait for a limit.</source>
      <translation>Der Auftrag wartet auf keine Grenze.</translation>
    </message>
    <message>
      <source>See `llmgw workspace list`, or register the folder with `llmgw workspace add`.</source>
      <translation>Siehe `llmgw workspace list`, oder den Ordner mit `llmgw workspace add` eintragen.</translation>
    </message>
    <message>
      <source>No folder is registered under this alias, or this CLI may not work in it.</source>
      <translation>Unter diesem Kurznamen ist kein Ordner eingetragen, oder diese CLI darf nicht darin arbeiten.</translation>
    </message>
    <message>
      <source>There is no such workspace.</source>
      <translation>Diesen Arbeitsbereich gibt es nicht.</translation>
    </message>
    <message>
      <source>Look at the client's own sessions.</source>
      <translation>Bei den eigenen Sitzungen des Clients nachsehen.</translation>
    </message>
    <message>
      <source>It was deleted or forgotten, or is another client's.</source>
      <translation>Sie wurde gelöscht oder vergessen, oder sie gehört einem anderen Client.</translation>
    </message>
    <message>
      <source>There is no such session.</source>
      <translation>Diese Sitzung gibt es nicht.</translation>
    </message>
    <message>
      <source>Look at the client's own jobs.</source>
      <translation>Bei den eigenen Aufträgen des Clients nachsehen.</translation>
    </message>
    <message>
      <source>It was deleted, or is another client's.</source>
      <translation>Er wurde gelöscht, oder er gehört einem anderen Client.</translation>
    </message>
    <message>
      <source>There is no such job.</source>
      <translation>Diesen Auftrag gibt es nicht.</translation>
    </message>
    <message>
      <source>Allow the tool, or ask in other words.</source>
      <translation>Das Werkzeug erlauben oder anders fragen.</translation>
    </message>
    <message>
      <source>Some CLIs do that when a tool they need is not allowed.</source>
      <translation>Manche CLIs tun das, wenn ein Werkzeug, das sie brauchen, nicht erlaubt ist.</translation>
    </message>
    <message>
      <source>Ask again; where its session is known, go on with that.</source>
      <translation>Nochmals fragen; ist seine Sitzung bekannt, mit ihr weitermachen.</translation>
    </message>
    <message>
      <source>The computer was restarted while it went on, or what looked after it was killed.</source>
      <translation>Der Computer wurde inzwischen neu gestartet, oder was auf den Lauf achtete, wurde beendet.</translation>
    </message>
    <message>
      <source>Ask again; if it stays so, look at the vendor's status page.</source>
      <translation>Nochmals fragen; bleibt es so, auf der Statusseite des Herstellers nachsehen.</translation>
    </message>
    <message>
      <source>It could not be reached, or answered with an error of its own.</source>
      <translation>Er war nicht zu erreichen oder antwortete mit einem eigenen Fehler.</translation>
    </message>
    <message>
      <source>Wait, or choose another CLI or model.</source>
      <translation>Warten, oder eine andere CLI oder ein anderes Modell wählen.</translation>
    </message>
    <message>
      <source>Shorten it.</source>
      <translation>Ihn kürzen.</translation>
    </message>
    <message>
      <source>The prompt is longer than the CLI or its model takes.</source>
      <translation>Der Prompt ist länger, als die CLI oder ihr Modell annimmt.</translation>
    </message>
    <message>
      <source>Ask again later, or raise the limits in the settings.</source>
      <translation>Später nochmals fragen, oder die Grenzen in den Einstellungen erhöhen.</translation>
    </message>
    <message>
      <source>As many runs went on as may.</source>
      <translation>So viele Läufe gingen, wie dürfen.</translation>
    </message>
    <message>
      <source>The run's turn did not come.</source>
      <translation>Der Lauf kam nicht an die Reihe.</translation>
    </message>
    <message>
      <source>Install it, or set its command under [clis] in the settings.</source>
      <translation>Sie installieren, oder ihren Befehl unter [clis] in den Einstellungen setzen.</translation>
    </message>
    <message>
      <source>It is not installed, or its program cannot be run.</source>
      <translation>Sie ist nicht installiert, oder ihr Programm lässt sich nicht starten.</translation>
    </message>
    <message>
      <source>Ask for less, or raise max_job_output_bytes under [limits] in the settings.</source>
      <translation>Weniger verlangen, oder max_job_output_bytes unter [limits] in den Einstellungen erhöhen.</translation>
    </message>
    <message>
      <source>Ask again with a larger idleTimeoutMs.</source>
      <translation>Nochmals fragen, mit einem größeren idleTimeoutMs.</translation>
    </message>
    <message>
      <source>The CLI hung, or worked on something that takes longer than it may.</source>
      <translation>Die CLI hing, oder sie arbeitete an etwas, das länger dauert, als es darf.</translation>
    </message>
    <message>
      <source>Check the network, or raise timeout_ms under [jobs] in the settings.</source>
      <translation>Das Netz prüfen, oder timeout_ms unter [jobs] in den Einstellungen erhöhen.</translation>
    </message>
    <message>
      <source>Runs have a time limit; most CLIs try for ever when their vendor cannot be reached.</source>
      <translation>Läufe haben eine Zeitgrenze; die meisten CLIs versuchen es ewig, wenn ihr Hersteller nicht zu erreichen ist.</translation>
    </message>
    <message>
      <source>Nothing to mend here. What it had said until then is kept with its job.</source>
      <translation>Hier ist nichts zu beheben. Was er bis dahin gesagt hatte, bleibt bei seinem Auftrag.</translation>
    </message>
    <message>
      <source>four times in five between %1 and %2, by the last %3 days</source>
      <translation>in vier von fünf Fällen zwischen %1 und %2, nach den letzten %3 Tagen</translation>
    </message>
    <message>
      <source>a forecast needs %1 whole days, and %2 are on record</source>
      <translation>eine Vorhersage braucht %1 ganze Tage, und %2 sind aufgezeichnet</translation>
    </message>
    <message>
      <source>what prompt tokens from a cache cost less</source>
      <translation>was Prompt-Token aus einem Cache weniger kosteten</translation>
    </message>
    <message>
      <source>%1 prompt tokens came from no cache: what it could have saved</source>
      <translation>%1 Prompt-Token kamen aus keinem Cache: was er hätte sparen können</translation>
    </message>
    <message>
      <source>%1 needed %2 more; their answers cost this. What failed attempts cost nobody tells.</source>
      <translation>%1 brauchten %2 mehr; ihre Antworten kosteten das. Was gescheiterte Versuche kosteten, sagt niemand.</translation>
    </message>
    <message>
      <source>(no headers were recorded)
</source>
      <translation>(keine Kopfzeilen wurden aufgezeichnet)
</translation>
    </message>
    <message>
      <source>no status was sent</source>
      <translation>kein Status wurde gesendet</translation>
    </message>
    <message>
      <source>Only the first %1%2 were recorded.</source>
      <translation>Nur die ersten %1%2 wurden aufgezeichnet.</translation>
    </message>
    <message>
      <source>The %1 has no body.</source>
      <translation>Die %1 hat keinen Inhalt.</translation>
    </message>
    <message>
      <source>The %1's body was not recorded, or is kept no longer.</source>
      <translation>Der Inhalt (%1) wurde nicht aufgezeichnet oder wird nicht mehr aufbewahrt.</translation>
    </message>
    <message>
      <source>The %1's body was left out: too much came at once, or no key came.</source>
      <translation>Der Inhalt (%1) wurde weggelassen: zu viel kam auf einmal, oder kein Schlüssel kam.</translation>
    </message>
    <message>
      <source>The %1 is encrypted. %2</source>
      <translation>Der Inhalt (%1) ist verschlüsselt. %2</translation>
    </message>
    <message>
      <source>The %1 is recorded when the flight ends.</source>
      <translation>Der Inhalt (%1) wird aufgezeichnet, wenn die Anfrage endet.</translation>
    </message>
    <message>
      <source>%1 of deny, %2 time</source>
      <translation>%1 von deny, %2 Mal</translation>
    </message>
    <message>
      <source>%1 of deny, %2 times</source>
      <translation>%1 von deny, %2 Mal</translation>
    </message>
    <message>
      <source>−%1 est.</source>
      <translation>−%1 gesch.</translation>
    </message>
    <message>
      <source>limits.max_connections_per_client and _per_address say how many one may hold.</source>
      <translation>limits.max_connections_per_client und _per_address sagen, wie viele einer halten darf.</translation>
    </message>
    <message>
      <source>[secret removed]</source>
      <translation>[Geheimnis entfernt]</translation>
    </message>
    <message>
      <source>OpenAI Responses</source>
      <translation>OpenAI Responses</translation>
    </message>
    <message>
      <source>OpenAI Chat Completions</source>
      <translation>OpenAI Chat Completions</translation>
    </message>
    <message>
      <source>a JSON object is wanted, such as {"temperature": 0}</source>
      <translation>verlangt ist ein JSON-Objekt, etwa {"temperature": 0}</translation>
    </message>
</context>
  <context>
    <name>counted</name>
    <message numerus="yes">
      <source>%n flight|flights</source>
      <translation>
        <numerusform>%n Anfrage</numerusform>
        <numerusform>%n Anfragen</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n job|jobs</source>
      <translation>
        <numerusform>%n Auftrag</numerusform>
        <numerusform>%n Aufträge</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n request|requests</source>
      <translation>
        <numerusform>%n Anfrage</numerusform>
        <numerusform>%n Anfragen</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n model|models</source>
      <translation>
        <numerusform>%n Modell</numerusform>
        <numerusform>%n Modelle</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n entry|entries</source>
      <translation>
        <numerusform>%n Eintrag</numerusform>
        <numerusform>%n Einträge</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n day|days</source>
      <translation>
        <numerusform>%n Tag</numerusform>
        <numerusform>%n Tage</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n error|errors</source>
      <translation>
        <numerusform>%n Fehler</numerusform>
        <numerusform>%n Fehler</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n server|servers</source>
      <translation>
        <numerusform>%n Server</numerusform>
        <numerusform>%n Server</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n tool|tools</source>
      <translation>
        <numerusform>%n Werkzeug</numerusform>
        <numerusform>%n Werkzeuge</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n thing|things</source>
      <translation>
        <numerusform>%n Ding</numerusform>
        <numerusform>%n Dinge</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n text|texts</source>
      <translation>
        <numerusform>%n Text</numerusform>
        <numerusform>%n Texte</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n setting|settings</source>
      <translation>
        <numerusform>%n Einstellung</numerusform>
        <numerusform>%n Einstellungen</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n session|sessions</source>
      <translation>
        <numerusform>%n Sitzung</numerusform>
        <numerusform>%n Sitzungen</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n secret lies|secrets lie</source>
      <translation>
        <numerusform>%n Geheimnis liegt</numerusform>
        <numerusform>%n Geheimnisse liegen</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n risk|risks</source>
      <translation>
        <numerusform>%n Risiko</numerusform>
        <numerusform>%n Risiken</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n practice flight|practice flights</source>
      <translation>
        <numerusform>%n Übungsanfrage</numerusform>
        <numerusform>%n Übungsanfragen</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n input token|input tokens</source>
      <translation>
        <numerusform>%n Eingabe-Token</numerusform>
        <numerusform>%n Eingabe-Token</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n token|tokens</source>
      <translation>
        <numerusform>%n Token</numerusform>
        <numerusform>%n Token</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n line|lines</source>
      <translation>
        <numerusform>%n Zeile</numerusform>
        <numerusform>%n Zeilen</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n file|files</source>
      <translation>
        <numerusform>%n Datei</numerusform>
        <numerusform>%n Dateien</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n decision|decisions</source>
      <translation>
        <numerusform>%n Entscheidung</numerusform>
        <numerusform>%n Entscheidungen</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n contradiction|contradictions</source>
      <translation>
        <numerusform>%n Widerspruch</numerusform>
        <numerusform>%n Widersprüche</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n commit|commits</source>
      <translation>
        <numerusform>%n Commit</numerusform>
        <numerusform>%n Commits</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n chunk|chunks</source>
      <translation>
        <numerusform>%n Stück</numerusform>
        <numerusform>%n Stücke</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n change|changes</source>
      <translation>
        <numerusform>%n Änderung</numerusform>
        <numerusform>%n Änderungen</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n byte|bytes</source>
      <translation>
        <numerusform>%n Byte</numerusform>
        <numerusform>%n Byte</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n client|clients</source>
      <translation>
        <numerusform>%n Client</numerusform>
        <numerusform>%n Clients</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n provider|providers</source>
      <translation>
        <numerusform>%n Anbieter</numerusform>
        <numerusform>%n Anbieter</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n question waits|questions wait</source>
      <translation>
        <numerusform>%n Frage wartet</numerusform>
        <numerusform>%n Fragen warten</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n question waits…|questions wait…</source>
      <translation>
        <numerusform>%n Frage wartet …</numerusform>
        <numerusform>%n Fragen warten …</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n account|accounts</source>
      <translation>
        <numerusform>%n Konto</numerusform>
        <numerusform>%n Konten</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n route|routes</source>
      <translation>
        <numerusform>%n Route</numerusform>
        <numerusform>%n Routen</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n answer|answers</source>
      <translation>
        <numerusform>%n Antwort</numerusform>
        <numerusform>%n Antworten</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n case|cases</source>
      <translation>
        <numerusform>%n Fall</numerusform>
        <numerusform>%n Fälle</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n block|blocks</source>
      <translation>
        <numerusform>%n Block</numerusform>
        <numerusform>%n Blöcke</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n message|messages</source>
      <translation>
        <numerusform>%n Nachricht</numerusform>
        <numerusform>%n Nachrichten</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n event|events</source>
      <translation>
        <numerusform>%n Ereignis</numerusform>
        <numerusform>%n Ereignisse</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n attempt|attempts</source>
      <translation>
        <numerusform>%n Versuch</numerusform>
        <numerusform>%n Versuche</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n character|characters</source>
      <translation>
        <numerusform>%n Zeichen</numerusform>
        <numerusform>%n Zeichen</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n new|new</source>
      <translation>
        <numerusform>%n neu</numerusform>
        <numerusform>%n neu</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>ui/access</name>
    <message>
      <source>Change the rule %1</source>
      <translation>Regel %1 ändern</translation>
    </message>
    <message>
      <source>Add rule…</source>
      <translation>Regel anlegen …</translation>
    </message>
    <message>
      <source>Agents ask you. “Always allow…” in a question makes a rule of it; Add rule… makes others.</source>
      <translation>Agenten fragen nach. „Immer erlauben …“ in einer Frage macht eine Regel daraus; „Regel anlegen …“ legt weitere an.</translation>
    </message>
    <message>
      <source>What becomes of it</source>
      <translation>Was daraus wird</translation>
    </message>
    <message>
      <source>Answers name it.</source>
      <translation>Antworten nennen ihn.</translation>
    </message>
    <message>
      <source>Name of the rule</source>
      <translation>Name der Regel</translation>
    </message>
    <message>
      <source>Add a rule</source>
      <translation>Regel anlegen</translation>
    </message>
    <message>
      <source>The agent reads it with a denial.</source>
      <translation>Der Agent liest sie bei einer Ablehnung.</translation>
    </message>
    <message>
      <source>One a line, by their aliases. Empty: all.</source>
      <translation>Einer je Zeile, mit seinem Kürzel. Leer: alle.</translation>
    </message>
    <message>
      <source>One a line, as server/tool.</source>
      <translation>Eines je Zeile, als server/tool.</translation>
    </message>
    <message>
      <source>MCP tools</source>
      <translation>MCP-Werkzeuge</translation>
    </message>
    <message>
      <source>One a line, such as *.example.org.</source>
      <translation>Einer je Zeile, etwa *.example.org.</translation>
    </message>
    <message>
      <source>Hosts</source>
      <translation>Hosts</translation>
    </message>
    <message>
      <source>One a line: src/** from the workspace on, ~/.ssh/**, **/.env.</source>
      <translation>Eine je Zeile: src/** ab dem Arbeitsbereich, ~/.ssh/**, **/.env.</translation>
    </message>
    <message>
      <source>Files</source>
      <translation>Dateien</translation>
    </message>
    <message>
      <source>One a line, such as git log *: the * stands for further words.</source>
      <translation>Einer je Zeile, etwa git log *: Das * steht für weitere Wörter.</translation>
    </message>
    <message>
      <source>Commands</source>
      <translation>Befehle</translation>
    </message>
  </context>
  <context>
    <name>ui/clients</name>
    <message>
      <source>Hold it to the rules, and bring its questions here</source>
      <translation>Es an die Regeln binden und seine Fragen hierher holen</translation>
    </message>
    <message>
      <source>OpenAI SDK (Python)</source>
      <translation>OpenAI SDK (Python)</translation>
    </message>
    <message>
      <source>JetBrains (Settings, Tools, AI Assistant, Model Context Protocol) and most others take this where they ask for an MCP server as JSON.</source>
      <translation>JetBrains (Settings, Tools, AI Assistant, Model Context Protocol) und die meisten anderen nehmen dies, wo sie einen MCP-Server als JSON verlangen.</translation>
    </message>
  </context>
  <context>
    <name>ui/questions</name>
    <message>
      <source>left to its terminal</source>
      <translation>dem Terminal überlassen</translation>
    </message>
    <message>
      <source>Stop its turn</source>
      <translation>Seinen Zug beenden</translation>
    </message>
    <message>
      <source>%1, where it asks as well</source>
      <translation>%1, wo es ebenfalls fragt</translation>
    </message>
    <message>
      <source>Terminal</source>
      <translation>Terminal</translation>
    </message>
  </context>
  <context>
    <name>app/safekeeping</name>
    <message>
      <source>Changed since, and left as it is: %1.</source>
      <translation>Seitdem geändert und so belassen: %1.</translation>
    </message>
    <message>
      <source>The import was undone.</source>
      <translation>Die Übernahme ist rückgängig gemacht.</translation>
    </message>
    <message>
      <source>%1 Or begin anew and keep the old file: llmgw restore --anew.%2 Stop the gateway first, or do it in its window.</source>
      <translation>%1 Oder neu beginnen und die alte Datei behalten: llmgw restore --anew.%2 Das Gateway zuerst anhalten, oder es in seinem Fenster tun.</translation>
    </message>
    <message>
      <source> Or, if you know why it is so, use it: llmgw restore --as-it-is.</source>
      <translation> Oder sie benutzen, wenn bekannt ist, warum es so ist: llmgw restore --as-it-is.</translation>
    </message>
    <message>
      <source>Put a copy of the file from before in its place: there is no automatic backup.</source>
      <translation>Eine Kopie der Datei von früher an ihre Stelle legen: eine automatische Sicherung gibt es nicht.</translation>
    </message>
    <message>
      <source>Restore the backup of %1: llmgw restore --at newest.</source>
      <translation>Die Sicherung von %1 wiederherstellen: llmgw restore --at newest.</translation>
    </message>
    <message>
      <source>%1 Recorded flights stay.</source>
      <translation>%1 Aufgezeichnete Anfragen bleiben.</translation>
    </message>
    <message>
      <source> and %1 more.</source>
      <translation> und %1 weitere.</translation>
    </message>
    <message>
      <source> Access that was taken since then is open again: %1</source>
      <translation> Zugang, der seither entzogen wurde, ist wieder offen: %1</translation>
    </message>
    <message>
      <source>Nothing done since then is lost.</source>
      <translation>Nichts, was seither getan wurde, ist verloren.</translation>
    </message>
    <message>
      <source>Done since then, and lost: %1.</source>
      <translation>Seither getan und verloren: %1.</translation>
    </message>
    <message>
      <source>What was done since then, and is lost, cannot be told: gateway.db cannot be read, or is not the one that the backup was made of.</source>
      <translation>Was seither getan wurde und verloren ist, lässt sich nicht sagen: gateway.db ist nicht lesbar oder nicht die, von der die Sicherung stammt.</translation>
    </message>
    <message>
      <source>What was said in %1 cannot be read any more: the data key that it was encrypted under is gone.</source>
      <translation>Was in %1 gesagt wurde, ist nicht mehr lesbar: der Datenschlüssel, mit dem es verschlüsselt wurde, ist weg.</translation>
    </message>
    <message>
      <source>%1 recorded flights</source>
      <translation>%1 aufgezeichneten Anfragen</translation>
    </message>
    <message>
      <source>one recorded flight</source>
      <translation>einer aufgezeichneten Anfrage</translation>
    </message>
    <message>
      <source>What it lacks stays lost, and keys that were revoked since open again where it is older. Its audit log goes on from the newest seal in it.</source>
      <translation>Was ihr fehlt, bleibt verloren, und seither entzogene Schlüssel öffnen wieder, wo sie älter ist. Ihr Protokoll geht ab ihrem neuesten Siegel weiter.</translation>
    </message>
    <message>
      <source>All that was done and recorded since the home was restored goes: settings, keys, credentials, jobs and flights. Access that was taken since then is open again. It is kept aside.</source>
      <translation>Alles, was seit der Wiederherstellung getan und aufgezeichnet wurde, geht: Einstellungen, Schlüssel, Zugangsdaten, Aufträge und Anfragen. Seither entzogener Zugang ist wieder offen. Es wird beiseitegelegt.</translation>
    </message>
    <message>
      <source>All that was done and recorded since that backup goes: settings, keys, credentials, jobs and flights. Access that was taken since then is open again.</source>
      <translation>Alles, was seit dieser Sicherung getan und aufgezeichnet wurde, geht: Einstellungen, Schlüssel, Zugangsdaten, Aufträge und Anfragen. Seither entzogener Zugang ist wieder offen.</translation>
    </message>
    <message>
      <source>The gateway begins without keys of programs, credentials, grants, registered workspaces, jobs and audit log: programs need new keys. Recorded flights stay. The old file is kept aside.</source>
      <translation>Das Gateway beginnt ohne Schlüssel von Programmen, Zugangsdaten, Erlaubnisse, eingetragene Arbeitsbereiche, Aufträge und Protokoll: Programme brauchen neue Schlüssel. Aufgezeichnete Anfragen bleiben. Die alte Datei wird beiseitegelegt.</translation>
    </message>
    <message>
      <source>A gateway.db, or a backup of the home, from when they were recorded may hold it (docs/backups.md). Their figures stay.</source>
      <translation>Eine gateway.db oder eine Sicherung des Datenordners aus der Zeit der Aufzeichnung kann ihn enthalten (docs/backups.md). Ihre Zahlen bleiben.</translation>
    </message>
    <message>
      <source>vault look</source>
      <translation>vault look</translation>
    </message>
    <message>
      <source>That backup is not there any more.</source>
      <translation>Diese Sicherung ist nicht mehr da.</translation>
    </message>
    <message>
      <source>The backup of %1 is whole. %2</source>
      <translation>Die Sicherung von %1 ist ganz. %2</translation>
    </message>
    <message>
      <source>%1 files written to %2 (%3).</source>
      <translation>%1 Dateien nach %2 geschrieben (%3).</translation>
    </message>
    <message>
      <source>A whole home, from a file …</source>
      <translation>Ein ganzer Datenordner, aus einer Datei …</translation>
    </message>
    <message>
      <source>It is put in place with the next start; what is there now is kept.</source>
      <translation>Er kommt mit dem nächsten Start an seinen Platz; was jetzt da ist, wird behalten.</translation>
    </message>
    <message>
      <source>the log cannot be written</source>
      <translation>das Protokoll kann nicht geschrieben werden</translation>
    </message>
    <message>
      <source>This home is that of %1 again. %2</source>
      <translation>Dieser Datenordner ist wieder der von %1. %2</translation>
    </message>
    <message>
      <source>backup of</source>
      <translation>Sicherung von</translation>
    </message>
    <message>
      <source>what was there before</source>
      <translation>was vorher da war</translation>
    </message>
    <message>
      <source>The home from before is back. Another --undo takes that back.</source>
      <translation>Der Datenordner von vorher ist zurück. Ein weiteres --undo nimmt das zurück.</translation>
    </message>
    <message>
      <source>%1 There is nothing to use: 'llmgw restore --anew' begins with an empty file.</source>
      <translation>%1 Es gibt nichts zu benutzen: „llmgw restore --anew“ beginnt mit einer leeren Datei.</translation>
    </message>
    <message>
      <source>an empty file</source>
      <translation>eine leere Datei</translation>
    </message>
    <message>
      <source>backup of %1</source>
      <translation>Sicherung von %1</translation>
    </message>
    <message>
      <source>There is no backup of '%1'. 'llmgw backup list' shows all.</source>
      <translation>Es gibt keine Sicherung von „%1“. „llmgw backup list“ zeigt alle.</translation>
    </message>
    <message>
      <source> %1 with names that this system does not take are left out.</source>
      <translation> %1 mit Namen, die dieses System nicht nimmt, sind ausgelassen.</translation>
    </message>
    <message>
      <source>The backup of %1 is whole: %2 files.</source>
      <translation>Die Sicherung von %1 ist ganz: %2 Dateien.</translation>
    </message>
    <message>
      <source>llmgw restore --undo brings back what was there.</source>
      <translation>llmgw restore --undo bringt zurück, was da war.</translation>
    </message>
    <message>
      <source>Nothing was restored that could be undone.</source>
      <translation>Nichts wurde wiederhergestellt, das sich rückgängig machen ließe.</translation>
    </message>
    <message>
      <source>backups after acts</source>
      <translation>Sicherungen nach Handlungen</translation>
    </message>
    <message>
      <source>gateway.db from before is back. Another --undo takes that back.</source>
      <translation>gateway.db von vorher ist zurück. Ein weiteres --undo nimmt das zurück.</translation>
    </message>
    <message>
      <source>gateway.db is used as it is. Its audit log goes on from the newest seal in it; 'llmgw audit verify' says whether it is whole.</source>
      <translation>gateway.db wird benutzt, wie sie ist. Ihr Protokoll geht ab ihrem neuesten Siegel weiter; „llmgw audit verify“ sagt, ob es ganz ist.</translation>
    </message>
    <message>
      <source>gateway.db is begun anew. %1</source>
      <translation>gateway.db ist neu begonnen. %1</translation>
    </message>
    <message>
      <source>gateway.db is that of %1 again. %2 %3 %4</source>
      <translation>gateway.db ist wieder die von %1. %2 %3 %4</translation>
    </message>
    <message>
      <source>gateway.db could not be backed up: %1</source>
      <translation>gateway.db konnte nicht gesichert werden: %1</translation>
    </message>
  </context>
  <context>
    <name>domain/access</name>
    <message>
      <source>The header '%1' names nobody: it must come once, with 1 to 256 letters, digits and ._@:+=/- alone, and no name that this gateway itself gives.</source>
      <translation>Die Kopfzeile „%1“ nennt niemanden: sie muss genau einmal kommen, mit 1 bis 256 Buchstaben, Ziffern und ._@:+=/- allein, und mit keinem Namen, den das Gateway selbst vergibt.</translation>
    </message>
    <message>
      <source>The access of this client was taken back before this answer had ended.</source>
      <translation>Der Zugang dieses Clients wurde entzogen, bevor diese Antwort zu Ende war.</translation>
    </message>
    <message>
      <source>A valid access key is required.</source>
      <translation>Ein gültiger Zugangsschlüssel ist nötig.</translation>
    </message>
    <message>
      <source>nobody to ask</source>
      <translation>niemand zu fragen</translation>
    </message>
    <message>
      <source>This run was asked for with a label of its own, and works in a pinned folder: of both only one can hold. Ask for it without the label, or unpin the folder.</source>
      <translation>Dieser Lauf wurde mit eigenem Label verlangt und arbeitet in einem gebundenen Ordner: nur eines von beiden kann gelten. Ohne das Label verlangen, oder den Ordner lösen.</translation>
    </message>
    <message>
      <source>1 to 64 letters, digits, blanks and . _ @ : + -, with a letter or digit first</source>
      <translation>1 bis 64 Buchstaben, Ziffern, Leerzeichen und . _ @ : + -, zuerst ein Buchstabe oder eine Ziffer</translation>
    </message>
    <message>
      <source>change clients, providers and settings</source>
      <translation>Clients, Anbieter und Einstellungen ändern</translation>
    </message>
    <message>
      <source>upgrade vendors' CLIs</source>
      <translation>CLIs der Hersteller aktualisieren</translation>
    </message>
    <message>
      <source>list, store and delete credentials in the vault (never read them)</source>
      <translation>Zugangsdaten im Tresor auflisten, speichern und löschen (nie lesen)</translation>
    </message>
    <message>
      <source>make and register folders that jobs may work in</source>
      <translation>Ordner anlegen und eintragen, in denen Aufträge arbeiten dürfen</translation>
    </message>
    <message>
      <source>read metrics and the gateway's state</source>
      <translation>Messwerte und den Zustand des Gateways lesen</translation>
    </message>
    <message>
      <source>use your providers (this can cost money)</source>
      <translation>die eingerichteten Anbieter benutzen (das kann Geld kosten)</translation>
    </message>
  </context>
  <context>
    <name>domain/flights</name>
    <message>
      <source>%1 %2, %3 bytes, digest %4</source>
      <translation>%1 %2, %3 Byte, Prüfsumme %4</translation>
    </message>
    <message>
      <source>(not shown by its vendor)</source>
      <translation>(von seinem Hersteller nicht gezeigt)</translation>
    </message>
    <message>
      <source>parallel tools</source>
      <translation>parallele Werkzeuge</translation>
    </message>
    <message>
      <source>tool choice</source>
      <translation>Wahl der Werkzeuge</translation>
    </message>
    <message>
      <source>max tokens</source>
      <translation>höchstens Token</translation>
    </message>
    <message>
      <source>How much of it lay in the cache is not known.</source>
      <translation>Wie viel davon im Cache lag, ist nicht bekannt.</translation>
    </message>
    <message>
      <source>The provider does not tell what came from its cache.</source>
      <translation>Der Anbieter sagt nicht, was aus seinem Cache kam.</translation>
    </message>
    <message>
      <source>The provider told no figures.</source>
      <translation>Der Anbieter nannte keine Zahlen.</translation>
    </message>
    <message>
      <source>No answer came, so nothing is known of the cache.</source>
      <translation>Keine Antwort kam, darum ist vom Cache nichts bekannt.</translation>
    </message>
    <message>
      <source>No provider was asked.</source>
      <translation>Kein Anbieter wurde gefragt.</translation>
    </message>
    <message>
      <source>Only prompts for an answer are cached.</source>
      <translation>Nur Prompts, die eine Antwort wollen, kommen in den Cache.</translation>
    </message>
    <message>
      <source>Send one, wait for the first byte of its answer, and send the others then.</source>
      <translation>Eine senden, auf das erste Byte ihrer Antwort warten und dann die anderen senden.</translation>
    </message>
    <message>
      <source>Mark the end of the system prompt and the last message with cache_control.</source>
      <translation>Das Ende des System-Prompts und die letzte Nachricht mit cache_control markieren.</translation>
    </message>
    <message>
      <source>Leave a mark where the last one stood, or set one no more than 20 blocks behind it.</source>
      <translation>Eine Marke dort lassen, wo die letzte stand, oder eine höchstens 20 Blöcke dahinter setzen.</translation>
    </message>
    <message>
      <source>Leave it as it is through a whole conversation.</source>
      <translation>Ihn ein ganzes Gespräch lang lassen, wie er ist.</translation>
    </message>
    <message>
      <source>Add to a conversation at its end, and change nothing that was said before.</source>
      <translation>Ein Gespräch an seinem Ende fortsetzen und nichts ändern, was zuvor gesagt wurde.</translation>
    </message>
    <message>
      <source>Keep the system prompt as it is, and say what changes in the last message.</source>
      <translation>Den System-Prompt lassen, wie er ist, und in der letzten Nachricht sagen, was sich ändert.</translation>
    </message>
    <message>
      <source>Tools come first in every prompt: send the same ones, in the same words and order, through a whole conversation.</source>
      <translation>Werkzeuge stehen in jedem Prompt zuerst: ein ganzes Gespräch lang dieselben senden, mit denselben Worten und in derselben Reihenfolge.</translation>
    </message>
    <message>
      <source>Stay with one model: each has a cache of its own.</source>
      <translation>Bei einem Modell bleiben: jedes hat einen eigenen Cache.</translation>
    </message>
    <message>
      <source>Let a conversation stay with one account.</source>
      <translation>Ein Gespräch bei einem Konto lassen.</translation>
    </message>
    <message>
      <source>%1, or marks that are kept for an hour ("ttl": "1h").</source>
      <translation>%1, oder Marken, die eine Stunde aufbewahrt werden ("ttl": "1h").</translation>
    </message>
    <message>
      <source>A request within %1 of the last one</source>
      <translation>Eine Anfrage binnen %1 nach der letzten</translation>
    </message>
    <message>
      <source>A request soon after the last one.</source>
      <translation>Eine Anfrage bald nach der letzten.</translation>
    </message>
    <message>
      <source>the provider's own miss</source>
      <translation>vom Anbieter selbst verfehlt</translation>
    </message>
    <message>
      <source>sent at once</source>
      <translation>zugleich gesendet</translation>
    </message>
    <message>
      <source>too short</source>
      <translation>zu kurz</translation>
    </message>
    <message>
      <source>not marked</source>
      <translation>nicht markiert</translation>
    </message>
    <message>
      <source>marks moved</source>
      <translation>Marken verschoben</translation>
    </message>
    <message>
      <source>a parameter changed</source>
      <translation>ein Parameter geändert</translation>
    </message>
    <message>
      <source>a message changed</source>
      <translation>eine Nachricht geändert</translation>
    </message>
    <message>
      <source>the system prompt changed</source>
      <translation>der System-Prompt geändert</translation>
    </message>
    <message>
      <source>tools changed</source>
      <translation>Werkzeuge geändert</translation>
    </message>
    <message>
      <source>another model</source>
      <translation>anderes Modell</translation>
    </message>
    <message>
      <source>another account</source>
      <translation>anderes Konto</translation>
    </message>
    <message>
      <source>Sent at once: the earlier request had not been answered yet, so its cache was not there.</source>
      <translation>Zugleich gesendet: die frühere Anfrage war noch nicht beantwortet, ihr Cache also noch nicht da.</translation>
    </message>
    <message>
      <source>Nothing was marked for the cache, and this provider wants marks.</source>
      <translation>Nichts war für den Cache markiert, und dieser Anbieter will Marken.</translation>
    </message>
    <message>
      <source>The marks moved: from none of them the last cached place is found.</source>
      <translation>Die Marken wurden verschoben: von keiner aus ist die letzte Stelle im Cache zu finden.</translation>
    </message>
    <message>
      <source>The first request of its kind: nothing of it lay in the cache yet.</source>
      <translation>Die erste Anfrage ihrer Art: noch nichts davon lag im Cache.</translation>
    </message>
    <message>
      <source>Nothing was changed: the provider's own miss, or it had expired; how long the provider keeps a prompt is not known.</source>
      <translation>Nichts wurde geändert: der Anbieter verfehlte ihn selbst, oder er war abgelaufen; wie lange der Anbieter einen Prompt aufbewahrt, ist nicht bekannt.</translation>
    </message>
    <message>
      <source>The provider's own miss: by bytes and time it should have hit.</source>
      <translation>Vom Anbieter selbst verfehlt: nach Bytes und Zeit hätte er treffen müssen.</translation>
    </message>
    <message>
      <source>%1 is too short: this model's cache begins at %2 tokens.</source>
      <translation>%1 ist zu kurz: der Cache dieses Modells beginnt bei %2 Token.</translation>
    </message>
    <message>
      <source>The prompt, %1 tokens,</source>
      <translation>Der Prompt, %1 Token,</translation>
    </message>
    <message>
      <source>The prompt</source>
      <translation>Der Prompt</translation>
    </message>
    <message>
      <source>The provider put nothing of it into its cache: it is probably too short for that.</source>
      <translation>Der Anbieter legte nichts davon in seinen Cache: er ist dafür wohl zu kurz.</translation>
    </message>
    <message>
      <source>stands in another place</source>
      <translation>steht an anderer Stelle</translation>
    </message>
    <message>
      <source>was taken out</source>
      <translation>wurde weggenommen</translation>
    </message>
    <message>
      <source>was added</source>
      <translation>kam hinzu</translation>
    </message>
    <message>
      <source>Another model answered: the prompt lay in the cache of %1, not %2.</source>
      <translation>Ein anderes Modell antwortete: der Prompt lag im Cache von %1, nicht von %2.</translation>
    </message>
    <message>
      <source>another one</source>
      <translation>einem anderen</translation>
    </message>
    <message>
      <source>Another account answered: the prompt lay in the cache of %1, not %2.</source>
      <translation>Ein anderes Konto antwortete: der Prompt lag im Cache von %1, nicht von %2.</translation>
    </message>
    <message>
      <source>The cache had expired: it was last used %1 before%2.</source>
      <translation>Der Cache war abgelaufen: zuletzt benutzt wurde er %1 zuvor%2.</translation>
    </message>
    <message>
      <source>The cache has probably expired: it was last used %1 before, and the provider keeps it for a time of its own choice%2.</source>
      <translation>Der Cache war wohl abgelaufen: zuletzt benutzt wurde er %1 zuvor, und wie lange er bleibt, bestimmt der Anbieter%2.</translation>
    </message>
    <message>
      <source>, and is kept for %1</source>
      <translation>, und wird %1 aufbewahrt</translation>
    </message>
    <message>
      <source>All came from the cache that could: %1 of %2 tokens.</source>
      <translation>Alles kam aus dem Cache, was konnte: %1 von %2 Token.</translation>
    </message>
    <message>
      <source>All came from the cache that could.</source>
      <translation>Alles kam aus dem Cache, was konnte.</translation>
    </message>
    <message>
      <source>Keep %1 out of the prompt's beginning: say it in the last message, if at all.</source>
      <translation>Am Anfang des Prompts nichts davon: %1. Wenn überhaupt, in der letzten Nachricht sagen.</translation>
    </message>
    <message>
      <source>a number</source>
      <translation>eine Zahl</translation>
    </message>
    <message>
      <source>an id</source>
      <translation>eine Kennung</translation>
    </message>
    <message>
      <source>a date</source>
      <translation>ein Datum</translation>
    </message>
    <message>
      <source>a clock</source>
      <translation>eine Uhrzeit</translation>
    </message>
    <message>
      <source>a difference of nothing</source>
      <translation>ein Unterschied von nichts</translation>
    </message>
    <message>
      <source>'%1' is no moment: say 2h, 3d, today, 2026-11-20 or 2026-11-20T14:00.</source>
      <translation>„%1“ ist kein Zeitpunkt: 2h, 3d, today, 2026-11-20 oder 2026-11-20T14:00 schreiben.</translation>
    </message>
    <message>
      <source>'%1' is no figure that can be compared here. %2</source>
      <translation>„%1“ ist keine Zahl, die sich hier vergleichen lässt. %2</translation>
    </message>
    <message>
      <source>'%1' is %2, and not '%3'.</source>
      <translation>„%1“ ist %2, und nicht „%3“.</translation>
    </message>
    <message>
      <source>What is to come behind '%1%2'? %3</source>
      <translation>Was soll hinter „%1%2“ kommen? %3</translation>
    </message>
    <message>
      <source>'%1' has no more or less. %2</source>
      <translation>„%1“ kennt kein Mehr oder Weniger. %2</translation>
    </message>
    <message>
      <source>As in %1.</source>
      <translation>Wie in %1.</translation>
    </message>
    <message>
      <source>There is no '%1' to filter by. Is '%2' meant?</source>
      <translation>Nach „%1“ lässt sich nicht filtern. Ist „%2“ gemeint?</translation>
    </message>
    <message>
      <source>The filter has more than %1 terms.</source>
      <translation>Der Filter hat mehr als %1 Glieder.</translation>
    </message>
    <message>
      <source>The filter is longer than %1 characters.</source>
      <translation>Der Filter ist länger als %1 Zeichen.</translation>
    </message>
    <message>
      <source>'%1' is said with a colon; its other side is '%2'.</source>
      <translation>„%1“ steht mit einem Doppelpunkt; die andere Seite ist „%2“.</translation>
    </message>
    <message>
      <source>Words of bodies are looked for with '%1:', and never left out.</source>
      <translation>Worte aus Inhalten werden mit „%1:“ gesucht und nie ausgeschlossen.</translation>
    </message>
    <message>
      <source>streamed, translated, guarded, error, priced</source>
      <translation>streamed, translated, guarded, error, priced</translation>
    </message>
    <message>
      <source>began before</source>
      <translation>begann vorher</translation>
    </message>
    <message>
      <source>began then or later</source>
      <translation>begann dann oder später</translation>
    </message>
    <message>
      <source>size of the answer</source>
      <translation>Größe der Antwort</translation>
    </message>
    <message>
      <source>size of the request</source>
      <translation>Größe der Anfrage</translation>
    </message>
    <message>
      <source>candidates that were asked</source>
      <translation>Kandidaten, die gefragt wurden</translation>
    </message>
    <message>
      <source>tokens written to a cache</source>
      <translation>Token, in einen Cache geschrieben</translation>
    </message>
    <message>
      <source>share of the prompt from a cache</source>
      <translation>Anteil des Prompts aus einem Cache</translation>
    </message>
    <message>
      <source>tokens of the answer</source>
      <translation>Token der Antwort</translation>
    </message>
    <message>
      <source>tokens of the prompt</source>
      <translation>Token des Prompts</translation>
    </message>
    <message>
      <source>time to the first token</source>
      <translation>Zeit bis zum ersten Token</translation>
    </message>
    <message>
      <source>time to the end</source>
      <translation>Zeit bis zum Ende</translation>
    </message>
    <message>
      <source>body:"clock in a tool"</source>
      <translation>body:"clock in a tool"</translation>
    </message>
    <message>
      <source>words in what was asked or answered</source>
      <translation>Worte in dem, was gefragt oder geantwortet wurde</translation>
    </message>
    <message>
      <source>HTTP status that the caller got</source>
      <translation>HTTP-Status, den der Aufrufer bekam</translation>
    </message>
    <message>
      <source>note:"to be looked at"</source>
      <translation>note:"to be looked at"</translation>
    </message>
    <message>
      <source>a part of a mark's words</source>
      <translation>ein Teil der Worte einer Markierung</translation>
    </message>
    <message>
      <source>yes, no</source>
      <translation>ja, nein</translation>
    </message>
    <message>
      <source>the flight's own</source>
      <translation>die der Anfrage selbst</translation>
    </message>
    <message>
      <source>the run that asked</source>
      <translation>der Lauf, der fragte</translation>
    </message>
    <message>
      <source>why the answer ended</source>
      <translation>warum die Antwort endete</translation>
    </message>
    <message>
      <source>what was asked</source>
      <translation>was verlangt wurde</translation>
    </message>
    <message>
      <source>in which the caller spoke</source>
      <translation>in dem der Aufrufer sprach</translation>
    </message>
    <message>
      <source>its kind, a part of its words, or the status</source>
      <translation>seine Art, ein Teil seiner Worte oder der Status</translation>
    </message>
    <message>
      <source>ok, failed, cut, canceled, running, lost</source>
      <translation>ok, failed, cut, canceled, running, lost</translation>
    </message>
    <message>
      <source>the flight that was asked again</source>
      <translation>die Anfrage, die wiederholt wurde</translation>
    </message>
    <message>
      <source>whose credentials were asked for</source>
      <translation>wessen Zugangsdaten verlangt wurden</translation>
    </message>
    <message>
      <source>what the caller called itself</source>
      <translation>wie sich der Aufrufer nannte</translation>
    </message>
    <message>
      <source>client:"Claude Code"</source>
      <translation>client:"Claude Code"</translation>
    </message>
    <message>
      <source>whose key it was</source>
      <translation>wessen Schlüssel es war</translation>
    </message>
    <message>
      <source>of the provider</source>
      <translation>des Anbieters</translation>
    </message>
    <message>
      <source>who answered</source>
      <translation>wer antwortete</translation>
    </message>
    <message>
      <source>asked for, or which answered</source>
      <translation>verlangt, oder das antwortete</translation>
    </message>
    <message>
      <source>image output</source>
      <translation>Bildausgabe</translation>
    </message>
    <message>
      <source>audio output</source>
      <translation>Audioausgabe</translation>
    </message>
    <message>
      <source>cache write of an hour</source>
      <translation>Cache-Schreiben für eine Stunde</translation>
    </message>
    <message>
      <source>image input</source>
      <translation>Bildeingabe</translation>
    </message>
    <message>
      <source>audio input</source>
      <translation>Audioeingabe</translation>
    </message>
    <message>
      <source>%1 tier of long prompts</source>
      <translation>Stufe %1 langer Prompts</translation>
    </message>
    <message>
      <source>no print: %1</source>
      <translation>kein Abdruck: %1</translation>
    </message>
    <message>
      <source>a print of another length</source>
      <translation>ein Abdruck anderer Länge</translation>
    </message>
    <message>
      <source>a prompt of more parts than are told</source>
      <translation>ein Prompt aus mehr Teilen, als gesagt werden</translation>
    </message>
  </context>
  <context>
    <name>domain/jobs</name>
    <message>
      <source>Nobody answered within %1, so this was denied.</source>
      <translation>Niemand antwortete binnen %1, darum wurde es abgelehnt.</translation>
    </message>
    <message>
      <source>"%1" for %2: callers who may sit anywhere are never less than managed</source>
      <translation>"%1" für %2: Aufrufer, die überall sitzen können, sind nie weniger als managed</translation>
    </message>
    <message>
      <source>a table such as { key = "mcp_managed" }: of %1 to %2</source>
      <translation>eine Tabelle wie { key = "mcp_managed" }: von %1 zu %2</translation>
    </message>
    <message>
      <source>The branch %1 was at %2 and is at %3. That stays as it is: only files are taken back.</source>
      <translation>Der Branch %1 stand bei %2 und steht bei %3. Das bleibt, wie es ist: nur Dateien werden zurückgenommen.</translation>
    </message>
    <message>
      <source>no commit</source>
      <translation>kein Commit</translation>
    </message>
    <message>
      <source>The branch was %1 and is %2. That stays as it is: only files are taken back.</source>
      <translation>Der Branch war %1 und ist %2. Das bleibt, wie es ist: nur Dateien werden zurückgenommen.</translation>
    </message>
    <message>
      <source>The run removed .git. Files that are new cannot be told from those that git ignored: they are not listed here, and stay. Only files that were there before are taken back.</source>
      <translation>Der Lauf hat .git entfernt. Neue Dateien sind nicht von solchen zu unterscheiden, die git ignorierte: Sie stehen nicht hier und bleiben. Zurückgenommen werden nur Dateien, die es vorher gab.</translation>
    </message>
    <message>
      <source>when its vendor's limit ends was not told; it is tried again at %1</source>
      <translation>wann die Grenze des Herstellers endet, wurde nicht gesagt; um %1 wird es nochmals versucht</translation>
    </message>
    <message>
      <source>its vendor's limit lasts until %1; it goes on then</source>
      <translation>die Grenze des Herstellers gilt bis %1; dann geht es weiter</translation>
    </message>
    <message>
      <source>its vendor's limit lasts until %1; say whether it may go on then</source>
      <translation>die Grenze des Herstellers gilt bis %1; bitte sagen, ob es dann weitergehen darf</translation>
    </message>
    <message>
      <source>asked again by the CLI: %1 %2 %3</source>
      <translation>von der CLI nochmals gefragt: %1 %2 %3</translation>
    </message>
    <message>
      <source>No rule allows writing to %1.</source>
      <translation>Keine Regel erlaubt, in %1 zu schreiben.</translation>
    </message>
    <message>
      <source>Its shell opens what no rule speaks of.</source>
      <translation>Seine Shell öffnet, wovon keine Regel spricht.</translation>
    </message>
    <message>
      <source>No rule allows %1 with these words.</source>
      <translation>Keine Regel erlaubt %1 mit diesen Worten.</translation>
    </message>
    <message>
      <source>something that is not known</source>
      <translation>etwas, das nicht bekannt ist</translation>
    </message>
    <message>
      <source>The rule %1 (%2) may be about it; its words do not tell.</source>
      <translation>Die Regel %1 (%2) könnte es betreffen; ihre Worte sagen es nicht.</translation>
    </message>
    <message>
      <source>The rule %1 cannot be read, so this is asked: %2.</source>
      <translation>Die Regel %1 kann nicht gelesen werden, darum wird gefragt: %2.</translation>
    </message>
    <message>
      <source>The rule %1 says %2.</source>
      <translation>Die Regel %1 sagt %2.</translation>
    </message>
    <message>
      <source>No rule allows it.</source>
      <translation>Keine Regel erlaubt es.</translation>
    </message>
    <message>
      <source>%1 was denied by the approval gate (policy %2, score %3): %4. %5</source>
      <translation>%1 wurde von der Freigabeprüfung abgelehnt (Richtlinie %2, Wert %3): %4. %5</translation>
    </message>
    <message>
      <source>Leave out %1; the person at the gateway can allow it by [approvals] allow_bypass = true.</source>
      <translation>%1 weglassen; die Person am Gateway kann es erlauben mit [approvals] allow_bypass = true.</translation>
    </message>
    <message>
      <source>what it names</source>
      <translation>was sie nennt</translation>
    </message>
    <message>
      <source>Ask for less.</source>
      <translation>Weniger verlangen.</translation>
    </message>
    <message>
      <source>No question '%1' waits for an answer.</source>
      <translation>Keine Frage „%1“ wartet auf eine Antwort.</translation>
    </message>
    <message>
      <source>You have no session '%1'.</source>
      <translation>Es gibt keine Sitzung „%1“.</translation>
    </message>
    <message>
      <source>%1: there is no workspace '%2'.</source>
      <translation>%1: es gibt keinen Arbeitsbereich „%2“.</translation>
    </message>
    <message>
      <source>Job %1 does not wait for a limit: it is %2.</source>
      <translation>Der Auftrag %1 wartet auf keine Grenze: er ist %2.</translation>
    </message>
    <message>
      <source>Job %1 has not ended. Cancel it first.</source>
      <translation>Der Auftrag %1 ist nicht zu Ende. Bitte zuerst abbrechen.</translation>
    </message>
    <message>
      <source>You have no job '%1'.</source>
      <translation>Es gibt keinen Auftrag „%1“.</translation>
    </message>
    <message>
      <source>job %1 is under way in this session; wait for it or cancel it, or fork the session</source>
      <translation>der Auftrag %1 läuft in dieser Sitzung; auf ihn warten, ihn abbrechen oder die Sitzung verzweigen</translation>
    </message>
    <message>
      <source>'%1' is left alone for %2 s; nothing was started. %3</source>
      <translation>„%1“ wird %2 s lang in Ruhe gelassen; nichts wurde gestartet. %3</translation>
    </message>
    <message>
      <source>All places for runs are taken and %1 wait already; nothing was started.</source>
      <translation>Alle Plätze für Läufe sind belegt, und %1 warten schon; nichts wurde gestartet.</translation>
    </message>
    <message>
      <source>It has %1, which would be lost. Remove it by force if you want that.</source>
      <translation>Er hat %1, das ginge verloren. Mit Gewalt entfernen, wenn das gewollt ist.</translation>
    </message>
    <message>
      <source>Job %1 works in it. Wait for it, or cancel it first.</source>
      <translation>Der Auftrag %1 arbeitet darin. Bitte auf ihn warten oder ihn zuerst abbrechen.</translation>
    </message>
    <message>
      <source>You have no worktree '%1'.</source>
      <translation>Es gibt keinen Worktree „%1“.</translation>
    </message>
    <message>
      <source>1 to 64 letters, digits, '.', '_' and '-', the first a letter or digit, without '..', and with neither '.' nor '.lock' at the end</source>
      <translation>1 bis 64 Buchstaben, Ziffern, „.“, „_“ und „-“, zuerst ein Buchstabe oder eine Ziffer, ohne „..“ und ohne „.“ oder „.lock“ am Ende</translation>
    </message>
    <message>
      <source>1 to 64 letters, digits, '.', '_' and '-', the first a letter</source>
      <translation>1 bis 64 Buchstaben, Ziffern, „.“, „_“ und „-“, zuerst ein Buchstabe</translation>
    </message>
  </context>
  <context>
    <name>domain/routing</name>
    <message>
      <source>This request came to the gateway '%1' through more than %2 proxies (Via): it goes round in a circle.</source>
      <translation>Diese Anfrage kam zum Gateway „%1“ durch mehr als %2 Proxys (Via): sie läuft im Kreis.</translation>
    </message>
    <message>
      <source>The gateway '%1' sent this request out and got it back over a proxy (Via: %2): this is a circle.</source>
      <translation>Das Gateway „%1“ sandte diese Anfrage hinaus und bekam sie über einen Proxy zurück (Via: %2): das ist ein Kreis.</translation>
    </message>
    <message>
      <source>The gateway '%1' sent this request out and got it back over %2: %3 is a circle.%4</source>
      <translation>Das Gateway „%1“ sandte diese Anfrage hinaus und bekam sie über %2 zurück: %3 ist ein Kreis.%4</translation>
    </message>
    <message>
      <source> Several gateways are called %1: name them apart by name in [http].</source>
      <translation> Mehrere Gateways heißen %1: bitte mit name in [http] auseinanderhalten.</translation>
    </message>
    <message>
      <source>an address that only passes it on</source>
      <translation>eine Adresse, die sie nur weiterreicht</translation>
    </message>
    <message>
      <source>the gateway %1</source>
      <translation>das Gateway %1</translation>
    </message>
    <message>
      <source>This request came to the gateway '%1' through more than %2 others%3: it goes round in a circle.</source>
      <translation>Diese Anfrage kam zum Gateway „%1“ durch mehr als %2 andere%3: sie läuft im Kreis.</translation>
    </message>
    <message>
      <source>, the last of them '%1'</source>
      <translation>, das letzte davon „%1“</translation>
    </message>
    <message>
      <source>%1, 1.1 gateway-%2</source>
      <translation>%1, 1.1 gateway-%2</translation>
    </message>
    <message>
      <source>The header %1 is longer than %2 characters.</source>
      <translation>Die Kopfzeile %1 ist länger als %2 Zeichen.</translation>
    </message>
  </context>
  <context>
    <name>domain/settings</name>
    <message>
      <source>what sign-in files of the vault stand under, as in "codex" or "codex.work"</source>
      <translation>worunter Anmeldedateien im Tresor stehen, wie "codex" oder "codex.work"</translation>
    </message>
    <message>
      <source>an entry of the vault, as in "openai/default"</source>
      <translation>ein Eintrag des Tresors, wie "openai/default"</translation>
    </message>
    <message>
      <source>an address without a name or password: proxy_vault names their entry</source>
      <translation>eine Adresse ohne Namen oder Passwort: proxy_vault nennt ihren Eintrag</translation>
    </message>
    <message>
      <source>%1, "environment" or "none"</source>
      <translation>%1, "environment" oder "none"</translation>
    </message>
    <message>
      <source>an address such as "http://proxy.example.com:3128" or "socks5://127.0.0.1:1080", "environment" or "none"</source>
      <translation>eine Adresse wie "http://proxy.example.com:3128" oder "socks5://127.0.0.1:1080", "environment" oder "none"</translation>
    </message>
    <message>
      <source>an absolute path, or one that begins with ~/</source>
      <translation>ein absoluter Pfad oder einer, der mit ~/ beginnt</translation>
    </message>
    <message>
      <source>a path such as "/mcp", of letters, digits and -_.~, that no other door has</source>
      <translation>ein Pfad wie "/mcp", aus Buchstaben, Ziffern und -_.~, den keine andere Tür hat</translation>
    </message>
    <message>
      <source>%1; a key stands in OTEL_EXPORTER_OTLP_HEADERS</source>
      <translation>%1; ein Schlüssel steht in OTEL_EXPORTER_OTLP_HEADERS</translation>
    </message>
    <message>
      <source>an address as in http://127.0.0.1:4318, or nothing</source>
      <translation>eine Adresse wie http://127.0.0.1:4318, oder nichts</translation>
    </message>
    <message>
      <source>%1; http:// leads no further than this computer</source>
      <translation>%1; http:// führt nicht weiter als bis zu diesem Computer</translation>
    </message>
    <message>
      <source>an address such as "https://example.com/llmgw/feed.json"</source>
      <translation>eine Adresse wie "https://example.com/llmgw/feed.json"</translation>
    </message>
    <message>
      <source>an address such as "https://gateway.example.com", without a path</source>
      <translation>eine Adresse wie "https://gateway.example.com", ohne Pfad</translation>
    </message>
    <message>
      <source>at most %1 letters, digits, dots, hyphens and underscores</source>
      <translation>höchstens %1 Buchstaben, Ziffern, Punkte, Bindestriche und Unterstriche</translation>
    </message>
    <message>
      <source>an address of this computer in a local network or a VPN, such as 192.168.1.5 or 10.8.0.2</source>
      <translation>eine Adresse dieses Computers in einem lokalen Netz oder einem VPN, etwa 192.168.1.5 oder 10.8.0.2</translation>
    </message>
    <message>
      <source>0 lets the system choose</source>
      <translation>0 lässt das System wählen</translation>
    </message>
    <message>
      <source>%1 is set</source>
      <translation>%1 gesetzt ist</translation>
    </message>
    <message>
      <source>an origin such as "http://localhost:5173"</source>
      <translation>ein Ursprung wie "http://localhost:5173"</translation>
    </message>
    <message>
      <source>a host name, with its port if it has one, such as "box.lan:3333"</source>
      <translation>ein Rechnername, mit seinem Port, falls er einen hat, wie "box.lan:3333"</translation>
    </message>
    <message>
      <source>0 asks for none</source>
      <translation>0 verlangt keines</translation>
    </message>
    <message>
      <source>0 never shares a run</source>
      <translation>0 teilt nie einen Lauf</translation>
    </message>
    <message>
      <source>0 waits to the end</source>
      <translation>0 wartet bis zum Ende</translation>
    </message>
    <message>
      <source>to keep nothing, set level = "off"</source>
      <translation>um nichts aufzubewahren: level = "off"</translation>
    </message>
    <message>
      <source>an address of this computer such as 127.0.0.1 or ::1, localhost, or 0.0.0.0 or :: for all</source>
      <translation>eine Adresse dieses Computers wie 127.0.0.1 oder ::1, localhost, oder 0.0.0.0 oder :: für alle</translation>
    </message>
    <message>
      <source>http.tls_at_proxy is true</source>
      <translation>http.tls_at_proxy true ist</translation>
    </message>
    <message>
      <source>http.public_url is %1</source>
      <translation>http.public_url %1 ist</translation>
    </message>
    <message>
      <source>http.host is %1</source>
      <translation>http.host %1 ist</translation>
    </message>
  </context>
  <context>
    <name>app</name>
    <message>
      <source>The request has no body.</source>
      <translation>Die Anfrage hat keinen Inhalt.</translation>
    </message>
    <message>
      <source>The answer has no body.</source>
      <translation>Die Antwort hat keinen Inhalt.</translation>
    </message>
    <message>
      <source>The request's body was not recorded, or is kept no longer.</source>
      <translation>Der Inhalt der Anfrage wurde nicht aufgezeichnet oder wird nicht mehr aufbewahrt.</translation>
    </message>
    <message>
      <source>The answer's body was not recorded, or is kept no longer.</source>
      <translation>Der Inhalt der Antwort wurde nicht aufgezeichnet oder wird nicht mehr aufbewahrt.</translation>
    </message>
    <message>
      <source>The request's body was left out: too much came at once, or no key came.</source>
      <translation>Der Inhalt der Anfrage wurde weggelassen: zu viel kam auf einmal, oder kein Schlüssel kam.</translation>
    </message>
    <message>
      <source>The answer's body was left out: too much came at once, or no key came.</source>
      <translation>Der Inhalt der Antwort wurde weggelassen: zu viel kam auf einmal, oder kein Schlüssel kam.</translation>
    </message>
    <message>
      <source>The request is encrypted.</source>
      <translation>Die Anfrage ist verschlüsselt.</translation>
    </message>
    <message>
      <source>The answer is encrypted.</source>
      <translation>Die Antwort ist verschlüsselt.</translation>
    </message>
    <message>
      <source>The request is recorded when the flight ends.</source>
      <translation>Die Anfrage wird aufgezeichnet, wenn sie endet.</translation>
    </message>
    <message>
      <source>The answer is recorded when the flight ends.</source>
      <translation>Die Antwort wird aufgezeichnet, wenn die Anfrage endet.</translation>
    </message>
    <message>
      <source>It failed.</source>
      <translation>Er scheiterte.</translation>
    </message>
    <message>
      <source>It was not asked.</source>
      <translation>Er wurde nicht gefragt.</translation>
    </message>
    <message>
      <source>Question expires in %1:%2 and is then refused.</source>
      <translation>Die Frage läuft in %1:%2 ab und ist dann abgelehnt.</translation>
    </message>
    <message>
      <source>Question expires in %1:%2 and is then denied.</source>
      <translation>Die Frage läuft in %1:%2 ab und ist dann abgelehnt.</translation>
    </message>
    <message>
      <source>Question expires in %1:%2</source>
      <translation>Die Frage läuft in %1:%2 ab</translation>
    </message>
    <message>
      <source>generation</source>
      <translation>Erzeugung</translation>
    </message>
    <message>
      <source>token count</source>
      <translation>Token-Zählung</translation>
    </message>
    <message>
      <source>compaction</source>
      <translation>Verdichtung</translation>
    </message>
    <message>
      <source>tool call</source>
      <translation>Werkzeugaufruf</translation>
    </message>
    <message>
      <source>embeddings</source>
      <translation>Einbettungen</translation>
    </message>
    <message>
      <source>%1 lost</source>
      <translation>%1 verloren</translation>
    </message>
    <message>
      <source>The workspace %1 is %2.</source>
      <translation>Der Arbeitsbereich %1 ist %2.</translation>
    </message>
    <message>
      <source>It was lost.</source>
      <translation>Er ging verloren.</translation>
    </message>
    <message>
      <source>It did not answer.</source>
      <translation>Er antwortete nicht.</translation>
    </message>
    <message>
      <source>empty</source>
      <translation>leer</translation>
    </message>
    <message>
      <source>Start that later version, or: %1</source>
      <translation>Jene spätere Version starten, oder: %1</translation>
    </message>
    <message>
      <source>%1 of %2 tokens</source>
      <translation>%1 von %2 Token</translation>
    </message>
    <message>
      <source>%1 of %2 US dollars</source>
      <translation>%1 von %2 US-Dollar</translation>
    </message>
    <message>
      <source>%1 under way</source>
      <translation>%1 unterwegs</translation>
    </message>
    <message>
      <source>%1 under way with up to %2</source>
      <translation>%1 unterwegs mit bis zu %2</translation>
    </message>
    <message>
      <source>%1 and %2 US dollars</source>
      <translation>%1 und %2 US-Dollar</translation>
    </message>
    <message>
      <source>stopped</source>
      <translation>angehalten</translation>
    </message>
    <message numerus="yes">
      <source>%n agent|agents</source>
      <translation>
        <numerusform>%n Agent</numerusform>
        <numerusform>%n Agenten</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>app/mcp</name>
    <message>
      <source>last error %1</source>
      <translation>letzter Fehler %1</translation>
    </message>
    <message>
      <source>started once</source>
      <translation>einmal gestartet</translation>
    </message>
    <message>
      <source>started %1 times</source>
      <translation>%1-mal gestartet</translation>
    </message>
    <message>
      <source>%1 of memory</source>
      <translation>%1 Arbeitsspeicher</translation>
    </message>
    <message>
      <source>%1 was started anew.</source>
      <translation>%1 wurde neu gestartet.</translation>
    </message>
    <message>
      <source>%1/%2 is hidden.</source>
      <translation>%1/%2 ist verborgen.</translation>
    </message>
    <message>
      <source>%1/%2 is offered as it is now.</source>
      <translation>%1/%2 wird angeboten, wie es jetzt ist.</translation>
    </message>
    <message>
      <source>the last one %1 ms</source>
      <translation>der letzte %1 ms</translation>
    </message>
    <message>
      <source>1 call</source>
      <translation>1 Aufruf</translation>
    </message>
    <message>
      <source>offered</source>
      <translation>angeboten</translation>
    </message>
    <message>
      <source>hidden</source>
      <translation>verborgen</translation>
    </message>
    <message>
      <source>failed</source>
      <translation>gescheitert</translation>
    </message>
    <message>
      <source>%1 calls</source>
      <translation>%1 Aufrufe</translation>
    </message>
    <message>
      <source>%1 failed</source>
      <translation>%1 gescheitert</translation>
    </message>
    <message>
      <source>not running</source>
      <translation>läuft nicht</translation>
    </message>
    <message>
      <source>%1
… %2 more characters are not shown.</source>
      <translation>%1
… %2 weitere Zeichen werden nicht gezeigt.</translation>
    </message>
    <message>
      <source>not there any more</source>
      <translation>nicht mehr da</translation>
    </message>
    <message>
      <source>hidden by the settings</source>
      <translation>durch die Einstellungen verborgen</translation>
    </message>
    <message>
      <source>changed, held back</source>
      <translation>geändert, zurückgehalten</translation>
    </message>
    <message>
      <source>new, held back</source>
      <translation>neu, zurückgehalten</translation>
    </message>
  </context>
  <context>
    <name>ui/tools</name>
    <message>
      <source>Tools</source>
      <translation>Werkzeuge</translation>
    </message>
    <message>
      <source>The chosen server or tool</source>
      <translation>Der gewählte Server oder das gewählte Werkzeug</translation>
    </message>
    <message>
      <source>Its definition</source>
      <translation>Seine Definition</translation>
    </message>
    <message>
      <source>Its log</source>
      <translation>Sein Protokoll</translation>
    </message>
    <message>
      <source>Approve</source>
      <translation>Freigeben</translation>
    </message>
    <message>
      <source>Show it again</source>
      <translation>Wieder zeigen</translation>
    </message>
    <message>
      <source>clients call it %1</source>
      <translation>Programme nennen es %1</translation>
    </message>
    <message>
      <source>wants a sign-in</source>
      <translation>will eine Anmeldung</translation>
    </message>
    <message>
      <source>waits for your browser</source>
      <translation>wartet auf Ihren Browser</translation>
    </message>
    <message>
      <source>Sign in anew…</source>
      <translation>Neu anmelden …</translation>
    </message>
    <message>
      <source>Copy the address</source>
      <translation>Adresse kopieren</translation>
    </message>
    <message>
      <source>Stop waiting</source>
      <translation>Nicht länger warten</translation>
    </message>
    <message>
      <source>Sign out</source>
      <translation>Abmelden</translation>
    </message>
    <message>
      <source>Your browser opens. You sign in once, for all programs here.</source>
      <translation>Ihr Browser öffnet sich. Sie melden sich einmal an, für alle Programme hier.</translation>
    </message>
    <message>
      <source>Sign in there. Nothing opened? Copy the address into a browser of this computer.</source>
      <translation>Melden Sie sich dort an. Nichts hat sich geöffnet? Kopieren Sie die Adresse in einen Browser dieses Rechners.</translation>
    </message>
    <message>
      <source>The address was copied: open it in a browser of this computer.</source>
      <translation>Die Adresse wurde kopiert: öffnen Sie sie in einem Browser dieses Rechners.</translation>
    </message>
    <message>
      <source>Signed out at %1.</source>
      <translation>Bei %1 abgemeldet.</translation>
    </message>
    <message>
      <source>Signed in at %1: every program here can use it by the gateway.</source>
      <translation>Bei %1 angemeldet: jedes Programm hier kann ihn über das Gateway benutzen.</translation>
    </message>
    <message>
      <source>signed in</source>
      <translation>angemeldet</translation>
    </message>
    <message>
      <source>waits for your browser to sign in</source>
      <translation>wartet auf die Anmeldung in Ihrem Browser</translation>
    </message>
    <message>
      <source>Where people sign in for it: the id of a program that you registered there, or the https address of a document about it. Left out: the gateway registers itself.</source>
      <translation>Wo man sich für ihn anmeldet: die Kennung eines Programms, das Sie dort registriert haben, oder die https-Adresse eines Dokuments darüber. Ohne Angabe: das Gateway registriert sich selbst.</translation>
    </message>
    <message>
      <source>The entry of the vault that holds that program's secret.</source>
      <translation>Der Eintrag des Tresors mit dem Geheimnis dieses Programms.</translation>
    </message>
    <message>
      <source>What a sign-in asks for. Left out: what the server names.</source>
      <translation>Worum eine Anmeldung bittet. Ohne Angabe: was der Server nennt.</translation>
    </message>
    <message>
      <source>Its calls</source>
      <translation>Seine Aufrufe</translation>
    </message>
    <message>
      <source>That was not done.</source>
      <translation>Das wurde nicht getan.</translation>
    </message>
    <message>
      <source>%1, %2 held back</source>
      <translation>%1, %2 zurückgehalten</translation>
    </message>
    <message>
      <source>Find a tool</source>
      <translation>Ein Werkzeug finden</translation>
    </message>
    <message>
      <source>No tool matches.</source>
      <translation>Kein Werkzeug passt.</translation>
    </message>
    <message>
      <source>Open the settings file</source>
      <translation>Die Einstellungsdatei öffnen</translation>
    </message>
    <message>
      <source>Which tools</source>
      <translation>Welche Werkzeuge</translation>
    </message>
    <message>
      <source>Held back</source>
      <translation>Zurückgehalten</translation>
    </message>
    <message>
      <source>It came after its server was first listed. Nobody can call it before you approve it.</source>
      <translation>Es kam, nachdem sein Server zum ersten Mal befragt wurde. Niemand kann es aufrufen, bevor es freigegeben ist.</translation>
    </message>
    <message>
      <source>Lines with - were approved, lines with + are said now.</source>
      <translation>Zeilen mit - wurden freigegeben, Zeilen mit + gelten jetzt.</translation>
    </message>
    <message>
      <source>The tools cannot be told.</source>
      <translation>Die Werkzeuge sind nicht zu erfahren.</translation>
    </message>
    <message>
      <source>Set one up once, and all programs have its tools by the gateway's own MCP door: one process, secrets from the vault, your word on what may destroy. This in the settings file does it:</source>
      <translation>Einmal eingerichtet, haben alle Programme seine Werkzeuge durch die MCP-Tür des Gateways: ein Prozess, Geheimnisse aus dem Tresor, gefragt wird vor dem, was zerstören kann. Das in der Einstellungsdatei genügt:</translation>
    </message>
    <message>
      <source>No MCP server is offered yet.</source>
      <translation>Noch wird kein MCP-Server angeboten.</translation>
    </message>
    <message>
      <source>Somebody else's words: an agent reads them as an instruction</source>
      <translation>Fremde Worte: ein Agent liest sie als Anweisung</translation>
    </message>
    <message>
      <source>What it says of itself</source>
      <translation>Was es von sich sagt</translation>
    </message>
  </context>
  <context>
    <name>ui</name>
    <message>
      <source>Correct the request and send it again.</source>
      <translation>Die Anfrage berichtigen und noch einmal senden.</translation>
    </message>
  </context>
  <context>
    <name>app/safekeeping</name>
    <message>
      <source>the vault does not take %1: %2</source>
      <translation>der Tresor nimmt %1 nicht: %2</translation>
    </message>
    <message>
      <source>only that program can fill in one of its values</source>
      <translation>nur jenes Programm kann einen seiner Werte einsetzen</translation>
    </message>
    <message>
      <source>the variable %1 is not set here</source>
      <translation>die Variable %1 ist hier nicht gesetzt</translation>
    </message>
    <message>
      <source>%1 is no text</source>
      <translation>%1 ist kein Text</translation>
    </message>
    <message>
      <source>its variables or headers are no table</source>
      <translation>seine Variablen oder Kopfzeilen sind keine Tabelle</translation>
    </message>
    <message>
      <source>a secret stands among its arguments, which every program can read</source>
      <translation>unter seinen Argumenten steht ein Geheimnis; die kann jedes Programm lesen</translation>
    </message>
    <message>
      <source>neither a program nor an address is named</source>
      <translation>weder ein Programm noch eine Adresse ist genannt</translation>
    </message>
    <message>
      <source>a secret stands in its address; it belongs into a header</source>
      <translation>in seiner Adresse steht ein Geheimnis; es gehört in eine Kopfzeile</translation>
    </message>
    <message>
      <source>it is switched off there</source>
      <translation>er ist dort ausgeschaltet</translation>
    </message>
    <message>
      <source>it is no table</source>
      <translation>er ist keine Tabelle</translation>
    </message>
    <message>
      <source>first: llmgw connect %1</source>
      <translation>zuerst: llmgw connect %1</translation>
    </message>
    <message>
      <source>MCP server %1 of %2</source>
      <translation>MCP-Server %1 von %2</translation>
    </message>
    <message>
      <source>it wants to be started in a folder of its own</source>
      <translation>er will in einem eigenen Ordner gestartet werden</translation>
    </message>
    <message>
      <source>sessions ×%1</source>
      <translation>Sitzungen ×%1</translation>
    </message>
    <message>
      <source>were used too long ago to be kept</source>
      <translation>wurden zu lange nicht benutzt, um sie zu behalten</translation>
    </message>
    <message>
      <source>are here already</source>
      <translation>sind schon hier</translation>
    </message>
    <message>
      <source>the vault has another credential at %1</source>
      <translation>im Tresor liegt unter %1 etwas anderes</translation>
    </message>
    <message>
      <source>it is written in a form that is not read</source>
      <translation>es steht in einer Form da, die nicht gelesen wird</translation>
    </message>
    <message>
      <source>another one is here: llmgw vault import asks whether to replace it</source>
      <translation>ein anderer ist hier: llmgw vault import fragt, ob er ersetzt wird</translation>
    </message>
    <message>
      <source>is here already, and stays as it is</source>
      <translation>ist schon hier und bleibt, wie er ist</translation>
    </message>
  </context>
  <context>
    <name>ui/tools</name>
    <message>
      <source>%1 came over.</source>
      <translation>%1 übernommen.</translation>
    </message>
    <message>
      <source>Import</source>
      <translation>Übernehmen</translation>
    </message>
    <message>
      <source>Import from programs</source>
      <translation>Aus Programmen übernehmen</translation>
    </message>
    <message>
      <source>These stay where they are:</source>
      <translation>Diese bleiben, wo sie sind:</translation>
    </message>
    <message>
      <source>Take them out of the programs that are connected. A copy of each file stays beside it.</source>
      <translation>Sie aus den verbundenen Programmen herausnehmen. Eine Kopie jeder Datei bleibt daneben liegen.</translation>
    </message>
    <message>
      <source>Your programs have no MCP server that is not here.</source>
      <translation>Die Programme haben keinen MCP-Server, der nicht hier ist.</translation>
    </message>
    <message>
      <source>Reading the settings of your programs …</source>
      <translation>Die Einstellungen der Programme werden gelesen …</translation>
    </message>
    <message>
      <source>Import…</source>
      <translation>Übernehmen…</translation>
    </message>
  </context>
  <context>
    <name>ui/tools</name>
    <message>
      <source>These come over; their secrets go into the vault, and all your programs have them:</source>
      <translation>Diese kommen herüber; ihre Geheimnisse gehen in den Tresor, und alle Programme haben sie:</translation>
    </message>
    <message>
      <source>Settings file</source>
      <translation>Einstellungsdatei</translation>
    </message>
  </context>
  <context>
    <name>app/demo</name>
    <message>
      <source>Providers, programs and agents are played by this computer, nothing is sent anywhere, and all of it is gone when you quit. Questions that you do not answer are denied after a while.</source>
      <translation>Anbieter, Programme und Agenten spielt dieser Computer; nichts wird gesendet, und alles ist weg, wenn das Programm endet. Fragen, die niemand beantwortet, werden nach einer Weile abgelehnt.</translation>
    </message>
    <message>
      <source>This is a demo</source>
      <translation>Das ist eine Vorführung</translation>
    </message>
    <message>
      <source>a throw-away gateway that plays live with practice providers; nothing of yours is touched</source>
      <translation>ein Gateway zum Wegwerfen, das mit Übungsanbietern live spielt; nichts Eigenes wird berührt</translation>
    </message>
    <message>
      <source>one round, told without a window; then it ends</source>
      <translation>eine Runde, ohne Fenster erzählt; dann ist Schluss</translation>
    </message>
    <message>
      <source>without a window: tells what happens, and the base URL</source>
      <translation>ohne Fenster: erzählt, was geschieht, und nennt die Basisadresse</translation>
    </message>
  </context>
  <context>
    <name>engine/routing</name>
    <message>
      <source>the gateway's door is shut</source>
      <translation>die Tür des Gateways ist geschlossen</translation>
    </message>
    <message>
      <source>the settings demand that this run is contained, and it cannot be. %1 %2</source>
      <translation>die Einstellungen verlangen, dass dieser Lauf eingeschlossen ist, und das geht nicht. %1 %2</translation>
    </message>
    <message>
      <source>This build cannot lead a run to the gateway alone.</source>
      <translation>Dieser Bau kann einen Lauf nicht allein zum Gateway führen.</translation>
    </message>
    <message>
      <source>The settings say so.</source>
      <translation>Die Einstellungen sagen es so.</translation>
    </message>
    <message>
      <source>names somebody's home who is not known.</source>
      <translation>nennt das Heimverzeichnis von jemandem, der nicht bekannt ist.</translation>
    </message>
    <message>
      <source>names a %1 that is not there.</source>
      <translation>nennt etwas, das nicht da ist (%1).</translation>
    </message>
    <message>
      <source>file or folder</source>
      <translation>Datei oder Ordner</translation>
    </message>
    <message>
      <source>is not an absolute path, and no workingDir is named.</source>
      <translation>ist kein absoluter Pfad, und kein workingDir ist genannt.</translation>
    </message>
    <message>
      <source>The program does not know it any more.</source>
      <translation>Das Programm kennt es nicht mehr.</translation>
    </message>
    <message>
      <source>Asked for its help it ended with exit code %1.</source>
      <translation>Nach seiner Hilfe gefragt, endete es mit Exit-Code %1.</translation>
    </message>
    <message>
      <source>Its help did not come in time.</source>
      <translation>Seine Hilfe kam nicht rechtzeitig.</translation>
    </message>
    <message>
      <source>It does not tell its models: any name may be asked for, and the CLI decides.</source>
      <translation>Sie nennt ihre Modelle nicht: jeder Name darf verlangt werden, und die CLI entscheidet.</translation>
    </message>
    <message>
      <source>It has not listed its models yet: ask again in a while.</source>
      <translation>Sie hat ihre Modelle noch nicht genannt: später nochmals fragen.</translation>
    </message>
    <message>
      <source>It is not installed.</source>
      <translation>Nicht installiert.</translation>
    </message>
    <message>
      <source>It is switched off.</source>
      <translation>Ausgeschaltet.</translation>
    </message>
    <message>
      <source>the CLI's own help; whether your account has it nobody has asked</source>
      <translation>die Hilfe der CLI selbst; ob das eigene Konto es hat, hat niemand gefragt</translation>
    </message>
    <message>
      <source>as default</source>
      <translation>als Vorgabe</translation>
    </message>
    <message>
      <source>what the settings or the CLI choose</source>
      <translation>was die Einstellungen oder die CLI wählen</translation>
    </message>
    <message>
      <source>Its key is missing: %1.</source>
      <translation>Sein Schlüssel fehlt: %1.</translation>
    </message>
    <message>
      <source>It is switched off in the settings.</source>
      <translation>In den Einstellungen ausgeschaltet.</translation>
    </message>
    <message>
      <source>'%1' is served by %2, which does not take %3 in %4. Ask a model of a provider that speaks %5.</source>
      <translation>„%1“ wird von %2 bedient, und der nimmt %3 in %4 nicht an. Ein Modell eines Anbieters fragen, der %5 spricht.</translation>
    </message>
    <message>
      <source>requests for %1</source>
      <translation>Anfragen nach %1</translation>
    </message>
    <message>
      <source>A subscription answers only where it is named.</source>
      <translation>Ein Abo antwortet nur, wo es genannt ist.</translation>
    </message>
    <message>
      <source>The account is switched off.</source>
      <translation>Das Konto ist ausgeschaltet.</translation>
    </message>
    <message>
      <source>It does not take %1.</source>
      <translation>Nimmt %1 nicht an.</translation>
    </message>
    <message>
      <source>The provider is switched off.</source>
      <translation>Der Anbieter ist ausgeschaltet.</translation>
    </message>
    <message>
      <source>name one of GET /v1/models; none can be chosen for you, because no provider lists its models in the settings</source>
      <translation>eines von GET /v1/models nennen; keines kann von selbst gewählt werden, weil kein Anbieter in den Einstellungen seine Modelle nennt</translation>
    </message>
    <message>
      <source>'%1' takes every model in %2.</source>
      <translation>„%1“ nimmt jedes Modell in %2.</translation>
    </message>
    <message>
      <source>'%1' is its vendor.</source>
      <translation>„%1“ ist sein Hersteller.</translation>
    </message>
    <message>
      <source>'%1' lists this model.</source>
      <translation>„%1“ führt dieses Modell.</translation>
    </message>
    <message>
      <source>The name asks for provider '%1'.</source>
      <translation>Der Name verlangt den Anbieter „%1“.</translation>
    </message>
    <message>
      <source>The name asks for practice.</source>
      <translation>Der Name verlangt den Übungsanbieter.</translation>
    </message>
    <message>
      <source>It answered too slowly</source>
      <translation>Antwortete zu langsam</translation>
    </message>
    <message>
      <source>Nothing is to be done: it is asked when it is free.</source>
      <translation>Nichts zu tun: gefragt wird, sobald er frei ist.</translation>
    </message>
    <message>
      <source>Too many requests wait for it</source>
      <translation>Zu viele Anfragen warten auf ihn</translation>
    </message>
    <message>
      <source>Look whether its base_url leads to a model service of its kind.</source>
      <translation>Nachsehen, ob seine base_url zu einem Modelldienst seiner Art führt.</translation>
    </message>
    <message>
      <source>What it answered is not of its protocol</source>
      <translation>Was er antwortete, ist nicht von seinem Protokoll</translation>
    </message>
    <message>
      <source>It broke the connection off</source>
      <translation>Brach die Verbindung ab</translation>
    </message>
    <message>
      <source>It did not begin to answer in time</source>
      <translation>Begann nicht rechtzeitig zu antworten</translation>
    </message>
    <message>
      <source>Look whether it runs and its base_url is right; it is asked again by itself.</source>
      <translation>Nachsehen, ob er läuft und seine base_url stimmt; er wird von selbst wieder gefragt.</translation>
    </message>
    <message>
      <source>It could not be connected to</source>
      <translation>Keine Verbindung zu ihm</translation>
    </message>
    <message>
      <source>Look whether this computer is online.</source>
      <translation>Nachsehen, ob dieser Computer im Netz ist.</translation>
    </message>
    <message>
      <source>It cannot be reached from here</source>
      <translation>Von hier nicht zu erreichen</translation>
    </message>
    <message>
      <source>Look whether a VPN or proxy is in the way; it is asked again by itself.</source>
      <translation>Nachsehen, ob ein VPN oder Proxy im Weg ist; er wird von selbst wieder gefragt.</translation>
    </message>
    <message>
      <source>A guard before the vendor turned it away</source>
      <translation>Ein Wächter vor dem Hersteller wies sie ab</translation>
    </message>
    <message>
      <source>Ask from another network, or use another provider.</source>
      <translation>Aus einem anderen Netz fragen oder einen anderen Anbieter verwenden.</translation>
    </message>
    <message>
      <source>It does not serve the place from where it was asked</source>
      <translation>Bedient den Ort nicht, von dem gefragt wurde</translation>
    </message>
    <message>
      <source>It failed or is overloaded</source>
      <translation>Gescheitert oder überlastet</translation>
    </message>
    <message>
      <source>It takes no more for a while</source>
      <translation>Nimmt eine Weile nichts mehr an</translation>
    </message>
    <message>
      <source>Add credit at the vendor, or wait until the quota begins anew.</source>
      <translation>Beim Hersteller Guthaben aufladen oder warten, bis das Kontingent neu beginnt.</translation>
    </message>
    <message>
      <source>Its quota or credit is used up</source>
      <translation>Kontingent oder Guthaben ist aufgebraucht</translation>
    </message>
    <message>
      <source>Install it, or name its place in its settings.</source>
      <translation>Installieren, oder in den Einstellungen sagen, wo es liegt.</translation>
    </message>
    <message>
      <source>Its program is not on this computer</source>
      <translation>Sein Programm ist nicht auf diesem Computer</translation>
    </message>
    <message>
      <source>Sign in with the CLI in a terminal; then it is asked again by itself.</source>
      <translation>Mit der CLI in einem Terminal anmelden; dann wird sie von selbst wieder gefragt.</translation>
    </message>
    <message>
      <source>Nobody is signed in with it</source>
      <translation>Niemand ist damit angemeldet</translation>
    </message>
    <message>
      <source>Sign in anew, or give the account another key.</source>
      <translation>Neu anmelden oder dem Konto einen anderen Schlüssel geben.</translation>
    </message>
    <message>
      <source>Its vendor refused the key</source>
      <translation>Der Hersteller wies den Schlüssel ab</translation>
    </message>
    <message>
      <source>Give it a key, or unlock the vault.</source>
      <translation>Einen Schlüssel geben oder den Tresor öffnen.</translation>
    </message>
    <message>
      <source>Its key is missing</source>
      <translation>Der Schlüssel fehlt</translation>
    </message>
    <message>
      <source>Correct the model's name in the request, the route or the provider's models.</source>
      <translation>Den Namen des Modells in der Anfrage, der Route oder den Modellen des Anbieters berichtigen.</translation>
    </message>
    <message>
      <source>It does not have this model</source>
      <translation>Hat dieses Modell nicht</translation>
    </message>
    <message>
      <source>Ask a provider that speaks the program's own protocol.</source>
      <translation>Einen Anbieter fragen, der das Protokoll des Programms spricht.</translation>
    </message>
    <message>
      <source>The request cannot be told in its protocol</source>
      <translation>Die Anfrage lässt sich in seinem Protokoll nicht sagen</translation>
    </message>
    <message>
      <source>Correct its base_url, or that of the gateway behind it.</source>
      <translation>Seine base_url berichtigen, oder die des Gateways dahinter.</translation>
    </message>
    <message>
      <source>It leads back to a gateway that this request came through</source>
      <translation>Führt zu einem Gateway zurück, durch das diese Anfrage kam</translation>
    </message>
    <message>
      <source>Correct the request.</source>
      <translation>Die Anfrage berichtigen.</translation>
    </message>
    <message>
      <source>It refused the request</source>
      <translation>Wies die Anfrage ab</translation>
    </message>
    <message>
      <source>Nothing is to be done: it is asked again by itself.</source>
      <translation>Nichts zu tun: es wird von selbst wieder gefragt.</translation>
    </message>
    <message>
      <source>the account</source>
      <translation>das Konto</translation>
    </message>
    <message>
      <source>this model of the account</source>
      <translation>dieses Modell des Kontos</translation>
    </message>
    <message>
      <source>There is no other.</source>
      <translation>Es gibt keinen anderen.</translation>
    </message>
    <message>
      <source>%1 %2 accounts can answer; strategy %3.</source>
      <translation>%1 %2 Konten können antworten; Strategie %3.</translation>
    </message>
    <message>
      <source>Nobody who has '%1' can answer. %2</source>
      <translation>Niemand, der „%1“ hat, kann antworten. %2</translation>
    </message>
    <message>
      <source>'%1' stands for %2. %3</source>
      <translation>„%1“ steht für %2. %3</translation>
    </message>
    <message>
      <source>%1: it is for %2.</source>
      <translation>%1: sie gilt %2.</translation>
    </message>
    <message>
      <source>Route '%1' matches, number %2 of the list</source>
      <translation>Route „%1“ passt, Nummer %2 der Liste</translation>
    </message>
    <message>
      <source>'%1' is led by route '%2' to nobody who could answer.</source>
      <translation>„%1“ wird von Route „%2“ zu niemandem geführt, der antworten könnte.</translation>
    </message>
    <message>
      <source>Route '%1' names it.</source>
      <translation>Route „%1“ nennt ihn.</translation>
    </message>
    <message>
      <source>%1, which cannot answer. %2</source>
      <translation>%1, der nicht antworten kann. %2</translation>
    </message>
    <message>
      <source>%1, and '%2' asks for provider '%3'.</source>
      <translation>%1, und „%2“ verlangt den Anbieter „%3“.</translation>
    </message>
    <message>
      <source>The folder %1 is pinned to '%2'</source>
      <translation>Der Ordner %1 ist an „%2“ gebunden</translation>
    </message>
    <message>
      <source>This base URL was that of a pinned folder, '%1', and no folder is pinned so now. Pin the folder anew (llmgw pin), or take the base URL out of its settings (llmgw unpin).</source>
      <translation>Diese Basisadresse war die eines gebundenen Ordners, „%1“, und jetzt ist kein Ordner so gebunden. Den Ordner neu binden (llmgw pin) oder die Basisadresse aus seinen Einstellungen nehmen (llmgw unpin).</translation>
    </message>
    <message>
      <source>Everything fits.</source>
      <translation>Alles passt.</translation>
    </message>
    <message>
      <source>this one has about %1</source>
      <translation>diese hat etwa %1</translation>
    </message>
    <message>
      <source>the size of this one is not known</source>
      <translation>wie groß diese ist, ist nicht bekannt</translation>
    </message>
    <message>
      <source>%1 input tokens and more</source>
      <translation>%1 Eingabetoken und mehr</translation>
    </message>
    <message>
      <source>label '%1'</source>
      <translation>Marke „%1“</translation>
    </message>
    <message>
      <source>' or '</source>
      <translation>„ oder “</translation>
    </message>
    <message>
      <source>client '</source>
      <translation>Client „</translation>
    </message>
    <message>
      <source>It is for %1; %2.</source>
      <translation>Sie gilt für %1; %2.</translation>
    </message>
    <message>
      <source>The name asks for provider '%1', to which this route does not lead.</source>
      <translation>Der Name verlangt den Anbieter „%1“, zu dem diese Route nicht führt.</translation>
    </message>
    <message>
      <source>It is for %1 '%2'; %3.</source>
      <translation>Sie gilt für %1 „%2“; %3.</translation>
    </message>
    <message>
      <source>this has none</source>
      <translation>hier ist keiner</translation>
    </message>
    <message>
      <source>this is '%1'</source>
      <translation>hier ist es „%1“</translation>
    </message>
    <message>
      <source>Quota left %1; price %2; first token %3.</source>
      <translation>Rest des Kontingents %1; Preis %2; erstes Token %3.</translation>
    </message>
    <message>
      <source>%1 a million tokens</source>
      <translation>%1 für eine Million Token</translation>
    </message>
    <message>
      <source>Weight %1.</source>
      <translation>Gewicht %1.</translation>
    </message>
    <message>
      <source>Priority %1.</source>
      <translation>Rang %1.</translation>
    </message>
    <message>
      <source>A subscription.</source>
      <translation>Ein Abo.</translation>
    </message>
    <message>
      <source>%1 Not asked: this request allows no other than the first.</source>
      <translation>%1 Nicht gefragt: diese Anfrage erlaubt nur den ersten.</translation>
    </message>
    <message>
      <source>Asked last: %1</source>
      <translation>Zuletzt gefragt: %1</translation>
    </message>
    <message>
      <source>It answered this conversation before.</source>
      <translation>Hat in diesem Gespräch schon geantwortet.</translation>
    </message>
  </context>
  <context>
    <name>wire/translate</name>
    <message>
      <source>answers hold no images or sound; a text says that there was one</source>
      <translation>Antworten enthalten weder Bilder noch Ton; ein Text sagt, dass es etwas gab</translation>
    </message>
    <message>
      <source>caching is by marks; two are set for a vendor that knows them</source>
      <translation>der Cache geht nach Marken; für einen Hersteller, der sie kennt, werden zwei gesetzt</translation>
    </message>
    <message>
      <source>only a user's id</source>
      <translation>nur die Kennung eines Benutzers</translation>
    </message>
    <message>
      <source>standard, or priority where there is capacity</source>
      <translation>Standard, oder Vorrang, wo Platz ist</translation>
    </message>
    <message>
      <source>no verbosity</source>
      <translation>keine Ausführlichkeit</translation>
    </message>
    <message>
      <source>only schemas, on models since 4.5; bounds on numbers and lengths are told, not enforced</source>
      <translation>nur Schemas, bei Modellen ab 4.5; Grenzen von Zahlen und Längen werden gesagt, nicht erzwungen</translation>
    </message>
    <message>
      <source>thinking is shown or not, without degrees</source>
      <translation>Denken wird gezeigt oder nicht, ohne Stufen</translation>
    </message>
    <message>
      <source>efforts and budgets that a model does not know become the nearest, and thinking gives way to a forced tool call and to few tokens</source>
      <translation>Aufwand und Budgets, die ein Modell nicht kennt, werden zum nächstliegenden, und Denken weicht einem erzwungenen Werkzeugaufruf und wenigen Token</translation>
    </message>
    <message>
      <source>not more than the model can write</source>
      <translation>nicht mehr, als das Modell schreiben kann</translation>
    </message>
    <message>
      <source>stop sequences of blanks alone are refused</source>
      <translation>Stoppfolgen aus Leerzeichen allein werden abgewiesen</translation>
    </message>
    <message>
      <source>no log probabilities</source>
      <translation>keine Logarithmen von Wahrscheinlichkeiten</translation>
    </message>
    <message>
      <source>no penalties</source>
      <translation>keine Abzüge</translation>
    </message>
    <message>
      <source>no seed</source>
      <translation>kein Seed</translation>
    </message>
    <message>
      <source>refused by newer models and with thinking</source>
      <translation>von neueren Modellen und beim Denken abgewiesen</translation>
    </message>
    <message>
      <source>refused by newer models, with a temperature and with thinking</source>
      <translation>von neueren Modellen, neben einer Temperatur und beim Denken abgewiesen</translation>
    </message>
    <message>
      <source>refused by newer models and with thinking; at most 1</source>
      <translation>von neueren Modellen und beim Denken abgewiesen; höchstens 1</translation>
    </message>
    <message>
      <source>one tool or all of them; models that always think cannot be forced</source>
      <translation>ein Werkzeug oder alle; Modelle, die immer denken, lassen sich nicht zwingen</translation>
    </message>
    <message>
      <source>the schema's root must be a plain object</source>
      <translation>die Wurzel des Schemas muss ein einfaches Objekt sein</translation>
    </message>
    <message>
      <source>older models and other servers do not enforce schemas</source>
      <translation>ältere Modelle und andere Server erzwingen Schemas nicht</translation>
    </message>
    <message>
      <source>a namespace is put before the names; its description is lost</source>
      <translation>ein Namensraum kommt vor die Namen; seine Beschreibung geht verloren</translation>
    </message>
    <message>
      <source>a custom tool's grammar is told in words, not enforced</source>
      <translation>die Grammatik eines eigenen Werkzeugs wird in Worten gesagt, nicht erzwungen</translation>
    </message>
    <message>
      <source>of other vendors' tools only web search has a counterpart</source>
      <translation>von Werkzeugen anderer Hersteller hat nur die Websuche ein Gegenstück</translation>
    </message>
    <message>
      <source>calls without a result get one that says so, results without a call become text, and of several results of a call the last one counts</source>
      <translation>Aufrufe ohne Ergebnis bekommen eines, das es sagt, Ergebnisse ohne Aufruf werden Text, und von mehreren Ergebnissen eines Aufrufs zählt das letzte</translation>
    </message>
    <message>
      <source>arguments that are no JSON object become an empty one</source>
      <translation>Argumente, die kein JSON-Objekt sind, werden ein leeres</translation>
    </message>
    <message>
      <source>newer models and thinking do not continue an assistant's message; they are asked to go on</source>
      <translation>neuere Modelle und Denken führen keine Nachricht des Assistenten fort; sie werden gebeten weiterzumachen</translation>
    </message>
    <message>
      <source>text of blanks alone is refused by the vendor</source>
      <translation>Text aus Leerzeichen allein weist der Hersteller ab</translation>
    </message>
    <message>
      <source>at most four, the last ones are kept</source>
      <translation>höchstens vier, die letzten bleiben</translation>
    </message>
    <message>
      <source>tool results hold text, images and documents</source>
      <translation>Ergebnisse von Werkzeugen enthalten Text, Bilder und Dokumente</translation>
    </message>
    <message>
      <source>items of other vendors' tools become text where they have one</source>
      <translation>was Werkzeuge anderer Hersteller sagten, wird Text, wo es einen gibt</translation>
    </message>
    <message>
      <source>a refusal in the history becomes text</source>
      <translation>eine Weigerung im Verlauf wird Text</translation>
    </message>
    <message>
      <source>only this vendor's own are taken back, and without an address there is no form for others</source>
      <translation>nur eigene dieses Herstellers werden zurückgenommen, und ohne Adresse gibt es für andere keine Form</translation>
    </message>
    <message>
      <source>calls and text carry no signatures, and other vendors' are not sent</source>
      <translation>Aufrufe und Text tragen keine Signaturen, und die anderer Hersteller werden nicht gesendet</translation>
    </message>
    <message>
      <source>only this vendor's own can be read</source>
      <translation>nur eigenes dieses Herstellers ist lesbar</translation>
    </message>
    <message>
      <source>thinking needs this vendor's signature</source>
      <translation>Denken braucht die Signatur dieses Herstellers</translation>
    </message>
    <message>
      <source>files stored with another vendor cannot be read</source>
      <translation>Dateien, die bei einem anderen Hersteller liegen, sind nicht lesbar</translation>
    </message>
    <message>
      <source>no video input</source>
      <translation>kein Video als Eingabe</translation>
    </message>
    <message>
      <source>no audio input</source>
      <translation>kein Ton als Eingabe</translation>
    </message>
    <message>
      <source>only PDF and plain text, and not in system or assistant turns</source>
      <translation>nur PDF und reiner Text, und nicht in Worten des Systems oder des Assistenten</translation>
    </message>
    <message>
      <source>images have no level of detail</source>
      <translation>Bilder haben keine Detailstufe</translation>
    </message>
    <message>
      <source>only PNG, JPEG, GIF and WebP, and not in system or assistant turns</source>
      <translation>nur PNG, JPEG, GIF und WebP, und nicht in Worten des Systems oder des Assistenten</translation>
    </message>
    <message>
      <source>speakers cannot be named</source>
      <translation>Sprecher lassen sich nicht nennen</translation>
    </message>
    <message>
      <source>system messages later than the first turn become reminders in user turns; most models take them at the top alone</source>
      <translation>spätere Nachrichten des Systems werden Erinnerungen in Worten des Benutzers; die meisten Modelle nehmen sie nur am Anfang</translation>
    </message>
    <message>
      <source>This model gives one answer at a time.</source>
      <translation>Dieses Modell gibt nur eine Antwort auf einmal.</translation>
    </message>
    <message>
      <source>A run of a CLI is told as a stream, and this is none.</source>
      <translation>Ein Lauf einer CLI wird als Strom erzählt, und das ist keiner.</translation>
    </message>
    <message>
      <source>A CLI is asked in the dialect of the caller; the one between the gateway and its own runs of CLIs is spoken by no caller.</source>
      <translation>Eine CLI wird im Dialekt des Aufrufers gefragt; den zwischen dem Gateway und seinen eigenen Läufen spricht kein Aufrufer.</translation>
    </message>
    <message>
      <source>The conversation holds no words of a user, and a CLI reads nothing else; say in words what it shall do.</source>
      <translation>Das Gespräch enthält keine Worte eines Benutzers, und anderes liest eine CLI nicht; in Worten sagen, was sie tun soll.</translation>
    </message>
    <message>
      <source>Several answers at once cannot be had from a CLI; ask for one.</source>
      <translation>Mehrere Antworten auf einmal gibt eine CLI nicht; eine verlangen.</translation>
    </message>
    <message>
      <source>the vendor stores no answers of a CLI for the caller</source>
      <translation>der Hersteller bewahrt für den Aufrufer keine Antworten einer CLI auf</translation>
    </message>
    <message>
      <source>the CLI decides what it caches</source>
      <translation>die CLI entscheidet, was sie im Cache hält</translation>
    </message>
    <message>
      <source>a run carries no metadata</source>
      <translation>ein Lauf trägt keine Metadaten</translation>
    </message>
    <message>
      <source>the CLI's own account is the user</source>
      <translation>das eigene Konto der CLI ist der Benutzer</translation>
    </message>
    <message>
      <source>the tier is that of the CLI's own account</source>
      <translation>die Stufe ist die des eigenen Kontos der CLI</translation>
    </message>
    <message>
      <source>a CLI has no such setting</source>
      <translation>eine CLI hat keine solche Einstellung</translation>
    </message>
    <message>
      <source>only a schema can be asked for, without a description</source>
      <translation>nur ein Schema kann verlangt werden, ohne Beschreibung</translation>
    </message>
    <message>
      <source>how long the shown thinking is cannot be chosen</source>
      <translation>wie lang das gezeigte Denken ist, lässt sich nicht wählen</translation>
    </message>
    <message>
      <source>an agent's run has no limit of tokens</source>
      <translation>der Lauf eines Agenten hat keine Grenze an Token</translation>
    </message>
    <message>
      <source>an agent's run cannot be stopped at words</source>
      <translation>der Lauf eines Agenten lässt sich nicht bei Worten anhalten</translation>
    </message>
    <message>
      <source>a CLI tells no probabilities</source>
      <translation>eine CLI nennt keine Wahrscheinlichkeiten</translation>
    </message>
    <message>
      <source>the agent calls its own tools as it likes</source>
      <translation>der Agent ruft seine eigenen Werkzeuge, wie er will</translation>
    </message>
    <message>
      <source>the agent chooses among its own tools</source>
      <translation>der Agent wählt unter seinen eigenen Werkzeugen</translation>
    </message>
    <message>
      <source>an agent works with its own tools, not with a vendor's</source>
      <translation>ein Agent arbeitet mit eigenen Werkzeugen, nicht mit denen eines Herstellers</translation>
    </message>
    <message>
      <source>an agent works with its own tools, not with the caller's</source>
      <translation>ein Agent arbeitet mit eigenen Werkzeugen, nicht mit denen des Aufrufers</translation>
    </message>
    <message>
      <source>the CLI answers with a turn of its own, it does not go on with a begun one</source>
      <translation>die CLI antwortet mit eigenen Worten, sie führt keine begonnenen fort</translation>
    </message>
    <message>
      <source>what a vendor's own tool did is told in words, or not at all</source>
      <translation>was ein eigenes Werkzeug eines Herstellers tat, wird in Worten gesagt oder gar nicht</translation>
    </message>
    <message>
      <source>a transcript holds no citations</source>
      <translation>eine Mitschrift enthält keine Zitate</translation>
    </message>
    <message>
      <source>a transcript holds no signatures</source>
      <translation>eine Mitschrift enthält keine Signaturen</translation>
    </message>
    <message>
      <source>earlier thinking is no part of a transcript</source>
      <translation>früheres Denken gehört nicht zu einer Mitschrift</translation>
    </message>
    <message>
      <source>a file id is known only to the vendor that gave it</source>
      <translation>die Kennung einer Datei kennt nur der Hersteller, der sie gab</translation>
    </message>
    <message>
      <source>a prompt is text; video is left out</source>
      <translation>ein Prompt ist Text; Video fällt weg</translation>
    </message>
    <message>
      <source>a prompt is text; sound is left out</source>
      <translation>ein Prompt ist Text; Ton fällt weg</translation>
    </message>
    <message>
      <source>there is no place for context, nor for the wish for citations</source>
      <translation>für Kontext ist kein Platz, auch nicht für den Wunsch nach Zitaten</translation>
    </message>
    <message>
      <source>a document at an address is not fetched</source>
      <translation>ein Dokument an einer Adresse wird nicht geholt</translation>
    </message>
    <message>
      <source>a prompt is text; documents that are no text are left out</source>
      <translation>ein Prompt ist Text; Dokumente, die keiner sind, fallen weg</translation>
    </message>
    <message>
      <source>a prompt is text; images are left out</source>
      <translation>ein Prompt ist Text; Bilder fallen weg</translation>
    </message>
    <message>
      <source>speakers are the user and the assistant, without names</source>
      <translation>Sprecher sind der Benutzer und der Assistent, ohne Namen</translation>
    </message>
    <message>
      <source>a developer's message becomes part of the system words</source>
      <translation>eine Nachricht des Entwicklers wird Teil der Worte des Systems</translation>
    </message>
    <message>
      <source>system words stand before the conversation, wherever they stood in it</source>
      <translation>Worte des Systems stehen vor dem Gespräch, wo auch immer sie darin standen</translation>
    </message>
    <message>
      <source>Media that stand in a file of another vendor cannot be shown.</source>
      <translation>Medien in einer Datei eines anderen Herstellers können nicht gezeigt werden.</translation>
    </message>
    <message>
      <source>Pauses and full windows have no word of their own.</source>
      <translation>Pausen und volle Fenster haben kein eigenes Wort.</translation>
    </message>
    <message>
      <source>Google does not tell which stop sequence was met.</source>
      <translation>Google sagt nicht, welche Stoppfolge traf.</translation>
    </message>
    <message>
      <source>Answers are not stored.</source>
      <translation>Antworten werden nicht aufbewahrt.</translation>
    </message>
    <message>
      <source>Google caches by itself.</source>
      <translation>Google führt seinen Cache selbst.</translation>
    </message>
    <message>
      <source>Labels allow too little to hold metadata.</source>
      <translation>Marken erlauben zu wenig für Metadaten.</translation>
    </message>
    <message>
      <source>There is no field for the end user.</source>
      <translation>Für den Endbenutzer gibt es kein Feld.</translation>
    </message>
    <message>
      <source>Google has standard, flex and priority.</source>
      <translation>Google hat standard, flex und priority.</translation>
    </message>
    <message>
      <source>There is no verbosity.</source>
      <translation>Ausführlichkeit gibt es nicht.</translation>
    </message>
    <message>
      <source>Models before 3 take no output format beside functions; a schema's name and description have no place.</source>
      <translation>Modelle vor 3 nehmen neben Funktionen kein Ausgabeformat; Name und Beschreibung eines Schemas haben keinen Platz.</translation>
    </message>
    <message>
      <source>How long the shown thinking is cannot be chosen.</source>
      <translation>Wie lang das gezeigte Denken ist, lässt sich nicht wählen.</translation>
    </message>
    <message>
      <source>Not every model can think that little, that much or at all.</source>
      <translation>Nicht jedes Modell kann so wenig, so viel oder überhaupt denken.</translation>
    </message>
    <message>
      <source>At most five stop sequences, none of them empty.</source>
      <translation>Höchstens fünf Stoppfolgen, keine davon leer.</translation>
    </message>
    <message>
      <source>Probabilities have no place in a translated answer.</source>
      <translation>Wahrscheinlichkeiten haben in einer übersetzten Antwort keinen Platz.</translation>
    </message>
    <message>
      <source>Models since 2.5 refuse penalties.</source>
      <translation>Modelle ab 2.5 weisen Abzüge ab.</translation>
    </message>
    <message>
      <source>Seeds have 32 bits.</source>
      <translation>Seeds haben 32 Bit.</translation>
    </message>
    <message>
      <source>A number below 1 is no count of tokens.</source>
      <translation>Eine Zahl unter 1 ist keine Anzahl von Token.</translation>
    </message>
    <message>
      <source>Parallel calls cannot be forbidden.</source>
      <translation>Gleichzeitige Aufrufe lassen sich nicht verbieten.</translation>
    </message>
    <message>
      <source>Only declared functions can be chosen.</source>
      <translation>Nur erklärte Funktionen können gewählt werden.</translation>
    </message>
    <message>
      <source>Google knows a part of JSON schema; the rest is left out or told in the description.</source>
      <translation>Google kennt einen Teil von JSON-Schema; der Rest fällt weg oder steht in der Beschreibung.</translation>
    </message>
    <message>
      <source>Functions cannot be made strict one by one.</source>
      <translation>Funktionen können nicht einzeln streng sein.</translation>
    </message>
    <message>
      <source>Namespaces become part of the names; their descriptions are lost.</source>
      <translation>Namensräume werden Teil der Namen; ihre Beschreibungen gehen verloren.</translation>
    </message>
    <message>
      <source>A custom tool becomes a function with one text; its grammar is told in words and not enforced.</source>
      <translation>Ein eigenes Werkzeug wird eine Funktion mit einem Text; seine Grammatik wird in Worten gesagt und nicht erzwungen.</translation>
    </message>
    <message>
      <source>A custom tool's call reaches a caller as a function's.</source>
      <translation>Der Aufruf eines eigenen Werkzeugs erreicht einen Aufrufer als der einer Funktion.</translation>
    </message>
    <message>
      <source>Tools that other vendors run are left out where Google has none of the kind, and so are their settings; models before 3 take none beside functions.</source>
      <translation>Werkzeuge, die andere Hersteller ausführen, fallen weg, wo Google keines der Art hat, und ihre Einstellungen auch; Modelle vor 3 nehmen neben Funktionen keine.</translation>
    </message>
    <message>
      <source>Each call needs its response and each response its call; a missing response is told as an error, a lone one in words.</source>
      <translation>Jeder Aufruf braucht seine Antwort und jede Antwort ihren Aufruf; eine fehlende wird als Fehler gesagt, eine einzelne in Worten.</translation>
    </message>
    <message>
      <source>Arguments that are no JSON object become an empty one in a request; in an answer the call is left out and MALFORMED_FUNCTION_CALL is told.</source>
      <translation>Argumente, die kein JSON-Objekt sind, werden in einer Anfrage ein leeres; in einer Antwort fällt der Aufruf weg, und MALFORMED_FUNCTION_CALL wird gesagt.</translation>
    </message>
    <message>
      <source>The last turn is the model's own; Google does not promise that the answer goes on from there.</source>
      <translation>Die letzten Worte sind die des Modells; Google verspricht nicht, dass die Antwort dort weitergeht.</translation>
    </message>
    <message>
      <source>Empty parts are refused.</source>
      <translation>Leere Teile werden abgewiesen.</translation>
    </message>
    <message>
      <source>Google caches by itself; marks have no place.</source>
      <translation>Google führt seinen Cache selbst; Marken haben keinen Platz.</translation>
    </message>
    <message>
      <source>Models before 3 take media beside a function's response, not in it; media at an address always stand beside it.</source>
      <translation>Modelle vor 3 nehmen Medien neben der Antwort einer Funktion, nicht darin; Medien an einer Adresse stehen immer daneben.</translation>
    </message>
    <message>
      <source>What another vendor's own tools did is told in words, or not at all.</source>
      <translation>Was eigene Werkzeuge eines anderen Herstellers taten, wird in Worten gesagt oder gar nicht.</translation>
    </message>
    <message>
      <source>A refusal becomes plain text.</source>
      <translation>Eine Weigerung wird reiner Text.</translation>
    </message>
    <message>
      <source>Citations of earlier answers have no place in a request; in an answer only those with an address have one.</source>
      <translation>Zitate früherer Antworten haben in einer Anfrage keinen Platz; in einer Antwort nur die mit einer Adresse.</translation>
    </message>
    <message>
      <source>Another vendor's hidden thinking never goes to Google.</source>
      <translation>Verborgenes Denken eines anderen Herstellers geht nie an Google.</translation>
    </message>
    <message>
      <source>Another vendor's signature never goes to Google.</source>
      <translation>Die Signatur eines anderen Herstellers geht nie an Google.</translation>
    </message>
    <message>
      <source>Thinking goes back to Google only with its own signature.</source>
      <translation>Denken geht nur mit der eigenen Signatur an Google zurück.</translation>
    </message>
    <message>
      <source>Models before 2.5 read no video at web addresses.</source>
      <translation>Modelle vor 2.5 lesen kein Video an Webadressen.</translation>
    </message>
    <message>
      <source>Models before 2.5 read no audio at web addresses.</source>
      <translation>Modelle vor 2.5 lesen keinen Ton an Webadressen.</translation>
    </message>
    <message>
      <source>Files that another vendor keeps cannot be read.</source>
      <translation>Dateien, die ein anderer Hersteller bewahrt, sind nicht lesbar.</translation>
    </message>
    <message>
      <source>Documents have no name, no context and no wish for citations.</source>
      <translation>Dokumente haben keinen Namen, keinen Kontext und keinen Wunsch nach Zitaten.</translation>
    </message>
    <message>
      <source>Models before 2.5 read no documents at web addresses; the address is given as text.</source>
      <translation>Modelle vor 2.5 lesen keine Dokumente an Webadressen; die Adresse wird als Text gegeben.</translation>
    </message>
    <message>
      <source>Images have no detail of their own.</source>
      <translation>Bilder haben keine eigene Detailstufe.</translation>
    </message>
    <message>
      <source>Models before 2.5 read no images at web addresses; the address is given as text.</source>
      <translation>Modelle vor 2.5 lesen keine Bilder an Webadressen; die Adresse wird als Text gegeben.</translation>
    </message>
    <message>
      <source>Speakers have no names.</source>
      <translation>Sprecher haben keine Namen.</translation>
    </message>
    <message>
      <source>A developer's message becomes part of the system instruction.</source>
      <translation>Eine Nachricht des Entwicklers wird Teil der Anweisung des Systems.</translation>
    </message>
    <message>
      <source>There is one system instruction; a later one becomes a user's text in a reminder's tags.</source>
      <translation>Es gibt eine Anweisung des Systems; eine spätere wird Text des Benutzers, als Erinnerung bezeichnet.</translation>
    </message>
    <message>
      <source>The conversation holds nothing that this model can read.</source>
      <translation>Das Gespräch enthält nichts, was dieses Modell lesen kann.</translation>
    </message>
    <message>
      <source>Several answers at once cannot be had from this model.</source>
      <translation>Mehrere Antworten auf einmal gibt dieses Modell nicht.</translation>
    </message>
    <message>
      <source>answers hold text, calls and images</source>
      <translation>Antworten enthalten Text, Aufrufe und Bilder</translation>
    </message>
    <message>
      <source>there is one word for several reasons to stop</source>
      <translation>für mehrere Gründe aufzuhören gibt es ein Wort</translation>
    </message>
    <message>
      <source>an answer does not tell which stop sequence was met</source>
      <translation>eine Antwort sagt nicht, welche Stoppfolge traf</translation>
    </message>
    <message>
      <source>a member of OpenAI's alone</source>
      <translation>ein Feld von OpenAI allein</translation>
    </message>
    <message>
      <source>OpenAI takes it with `store` alone, others not at all</source>
      <translation>OpenAI nimmt es nur mit `store`, andere gar nicht</translation>
    </message>
    <message>
      <source>other servers than the known ones may refuse the member</source>
      <translation>andere als die bekannten Server können das Feld abweisen</translation>
    </message>
    <message>
      <source>tiers are OpenAI's and Groq's, who do not have the same ones</source>
      <translation>Stufen haben OpenAI und Groq, und nicht dieselben</translation>
    </message>
    <message>
      <source>a member of OpenAI's newer models and of OpenRouter alone</source>
      <translation>ein Feld neuerer Modelle von OpenAI und von OpenRouter allein</translation>
    </message>
    <message>
      <source>OpenAI shows no thinking in this protocol</source>
      <translation>OpenAI zeigt in diesem Protokoll kein Denken</translation>
    </message>
    <message>
      <source>models differ in which efforts they take; the nearest is sent, or none</source>
      <translation>Modelle nehmen verschiedenen Aufwand an; der nächstliegende wird gesendet oder keiner</translation>
    </message>
    <message>
      <source>at most four, and OpenAI's reasoning models take none</source>
      <translation>höchstens vier, und denkende Modelle von OpenAI nehmen keine</translation>
    </message>
    <message>
      <source>translated answers have no place for them</source>
      <translation>übersetzte Antworten haben dafür keinen Platz</translation>
    </message>
    <message>
      <source>OpenAI's reasoning models take none</source>
      <translation>denkende Modelle von OpenAI nehmen keine</translation>
    </message>
    <message>
      <source>not a member of OpenAI's, and Groq refuses it</source>
      <translation>kein Feld von OpenAI, und Groq weist es ab</translation>
    </message>
    <message>
      <source>OpenAI's reasoning models choose it themselves</source>
      <translation>denkende Modelle von OpenAI wählen es selbst</translation>
    </message>
    <message>
      <source>OpenAI's o models do not take the member</source>
      <translation>o-Modelle von OpenAI nehmen das Feld nicht</translation>
    </message>
    <message>
      <source>only OpenAI lets a choice be among several tools</source>
      <translation>nur OpenAI lässt unter mehreren Werkzeugen wählen</translation>
    </message>
    <message>
      <source>OpenAI takes schemas of objects without alternatives at the root</source>
      <translation>OpenAI nimmt Schemas von Objekten ohne Alternativen an der Wurzel</translation>
    </message>
    <message>
      <source>tools have one name; a namespace's description has no place</source>
      <translation>Werkzeuge haben einen Namen; die Beschreibung eines Namensraums hat keinen Platz</translation>
    </message>
    <message>
      <source>functions take JSON; a grammar is told in words</source>
      <translation>Funktionen nehmen JSON; eine Grammatik wird in Worten gesagt</translation>
    </message>
    <message>
      <source>the vendor runs no tools here, but OpenAI's search models the search</source>
      <translation>der Hersteller führt hier keine Werkzeuge aus, nur Suchmodelle von OpenAI die Suche</translation>
    </message>
    <message>
      <source>a call without a result gets an empty one, a result without a call is told in a user message</source>
      <translation>ein Aufruf ohne Ergebnis bekommt ein leeres, ein Ergebnis ohne Aufruf steht in einer Nachricht des Benutzers</translation>
    </message>
    <message>
      <source>OpenAI's models do not go on with a begun answer</source>
      <translation>Modelle von OpenAI führen eine begonnene Antwort nicht fort</translation>
    </message>
    <message>
      <source>only OpenRouter takes cache marks, for models that need them</source>
      <translation>nur OpenRouter nimmt Cache-Marken, für Modelle, die sie brauchen</translation>
    </message>
    <message>
      <source>that a tool failed is told in words: `Error: `</source>
      <translation>dass ein Werkzeug scheiterte, wird in Worten gesagt: `Error: `</translation>
    </message>
    <message>
      <source>tool messages hold text; the rest follows in a user message</source>
      <translation>Nachrichten von Werkzeugen enthalten Text; der Rest folgt in einer Nachricht des Benutzers</translation>
    </message>
    <message>
      <source>there is no place for what a vendor's own tool did, but its words</source>
      <translation>was ein eigenes Werkzeug eines Herstellers tat, hat keinen Platz, nur seine Worte</translation>
    </message>
    <message>
      <source>only OpenAI keeps refusals apart from text; others get them as text</source>
      <translation>nur OpenAI hält Weigerungen vom Text getrennt; andere bekommen sie als Text</translation>
    </message>
    <message>
      <source>citations are of addresses alone, and are no part of what is sent</source>
      <translation>Zitate gibt es nur von Adressen, und sie werden nicht mitgesendet</translation>
    </message>
    <message>
      <source>a signature goes back only to the vendor that made it</source>
      <translation>eine Signatur geht nur an den Hersteller zurück, der sie machte</translation>
    </message>
    <message>
      <source>hidden thinking goes back only to the server that made it</source>
      <translation>verborgenes Denken geht nur an den Server zurück, der es machte</translation>
    </message>
    <message>
      <source>past thinking has a place only at servers that want it back</source>
      <translation>früheres Denken hat nur bei Servern Platz, die es zurückwollen</translation>
    </message>
    <message>
      <source>a file id is known only to the vendor that gave it, and images have none</source>
      <translation>die Kennung einer Datei kennt nur der Hersteller, der sie gab, und Bilder haben keine</translation>
    </message>
    <message>
      <source>only OpenRouter takes video</source>
      <translation>nur OpenRouter nimmt Video</translation>
    </message>
    <message>
      <source>sound is given as bytes, as WAV or MP3</source>
      <translation>Ton wird als Bytes gegeben, als WAV oder MP3</translation>
    </message>
    <message>
      <source>files are given as bytes; only OpenRouter fetches addresses</source>
      <translation>Dateien werden als Bytes gegeben; nur OpenRouter holt Adressen</translation>
    </message>
    <message>
      <source>files are for OpenAI (PDFs) and OpenRouter; others get text alone</source>
      <translation>Dateien gibt es für OpenAI (PDF) und OpenRouter; andere bekommen nur Text</translation>
    </message>
    <message>
      <source>`original` is a word of OpenAI's alone; others get `high`</source>
      <translation>`original` ist ein Wort von OpenAI allein; andere bekommen `high`</translation>
    </message>
    <message>
      <source>an assistant message holds no images</source>
      <translation>eine Nachricht des Assistenten enthält keine Bilder</translation>
    </message>
    <message>
      <source>names have few characters here, and Groq refuses them</source>
      <translation>Namen haben hier wenige Zeichen, und Groq weist sie ab</translation>
    </message>
    <message>
      <source>only OpenAI knows the role developer; others get system</source>
      <translation>nur OpenAI kennt die Rolle developer; andere bekommen system</translation>
    </message>
    <message>
      <source>several answers to one request cannot be translated; ask for one</source>
      <translation>mehrere Antworten auf eine Anfrage lassen sich nicht übersetzen; eine verlangen</translation>
    </message>
    <message>
      <source>Of the tiers only `priority` is taken.</source>
      <translation>Von den Stufen wird nur `priority` genommen.</translation>
    </message>
    <message>
      <source>Nothing is stored in this flavour.</source>
      <translation>In dieser Spielart wird nichts aufbewahrt.</translation>
    </message>
    <message>
      <source>The cache's retention cannot be chosen in this flavour.</source>
      <translation>Wie lange der Cache hält, lässt sich in dieser Spielart nicht wählen.</translation>
    </message>
    <message>
      <source>This flavour refuses the member.</source>
      <translation>Diese Spielart weist das Feld ab.</translation>
    </message>
    <message>
      <source>Of media, an answer holds pictures with their bytes alone.</source>
      <translation>An Medien enthält eine Antwort nur Bilder mit ihren Bytes.</translation>
    </message>
    <message>
      <source>An answer is complete, cut by its length or filtered, and nothing else.</source>
      <translation>Eine Antwort ist vollständig, durch ihre Länge abgeschnitten oder gefiltert, sonst nichts.</translation>
    </message>
    <message>
      <source>An answer does not tell which stop sequence was met.</source>
      <translation>Eine Antwort sagt nicht, welche Stoppfolge traf.</translation>
    </message>
    <message>
      <source>Models that do not reason refuse the member.</source>
      <translation>Modelle, die nicht denken, weisen das Feld ab.</translation>
    </message>
    <message>
      <source>The vendor allows no fewer than 16.</source>
      <translation>Weniger als 16 erlaubt der Hersteller nicht.</translation>
    </message>
    <message>
      <source>There are no stop sequences.</source>
      <translation>Stoppfolgen gibt es nicht.</translation>
    </message>
    <message>
      <source>Probabilities are not carried back.</source>
      <translation>Wahrscheinlichkeiten kommen nicht zurück.</translation>
    </message>
    <message>
      <source>There are no such members.</source>
      <translation>Solche Felder gibt es nicht.</translation>
    </message>
    <message>
      <source>There is no such member.</source>
      <translation>Ein solches Feld gibt es nicht.</translation>
    </message>
    <message>
      <source>Models that reason do not take it.</source>
      <translation>Denkende Modelle nehmen es nicht.</translation>
    </message>
    <message>
      <source>Only declared functions and custom tools can be chosen.</source>
      <translation>Nur erklärte Funktionen und eigene Werkzeuge können gewählt werden.</translation>
    </message>
    <message>
      <source>Arguments are one object; alternatives at its root are merged.</source>
      <translation>Argumente sind ein Objekt; Alternativen an seiner Wurzel werden vereint.</translation>
    </message>
    <message>
      <source>A server that is not the vendor's takes functions alone; the grammar is told in words.</source>
      <translation>Ein Server, der nicht der des Herstellers ist, nimmt nur Funktionen; die Grammatik wird in Worten gesagt.</translation>
    </message>
    <message>
      <source>Other vendors' tools have no counterpart, or not with these settings.</source>
      <translation>Werkzeuge anderer Hersteller haben kein Gegenstück, oder nicht mit diesen Einstellungen.</translation>
    </message>
    <message>
      <source>An answer is never the continuation of a turn that was begun.</source>
      <translation>Eine Antwort führt nie begonnene Worte fort.</translation>
    </message>
    <message>
      <source>The vendor's cache finds the beginnings of prompts by itself.</source>
      <translation>Der Cache des Herstellers findet die Anfänge von Prompts selbst.</translation>
    </message>
    <message>
      <source>Outputs have no mark of failure; the words say that it is an error.</source>
      <translation>Ausgaben haben kein Zeichen für Scheitern; die Worte sagen, dass es ein Fehler ist.</translation>
    </message>
    <message>
      <source>Outputs of tools are text, pictures and documents.</source>
      <translation>Ausgaben von Werkzeugen sind Text, Bilder und Dokumente.</translation>
    </message>
    <message>
      <source>What another vendor's own tools did is told in words, if at all.</source>
      <translation>Was eigene Werkzeuge eines anderen Herstellers taten, wird in Worten gesagt, wenn überhaupt.</translation>
    </message>
    <message>
      <source>Citations are addresses or files of the vendor.</source>
      <translation>Zitate sind Adressen oder Dateien des Herstellers.</translation>
    </message>
    <message>
      <source>A seal is of use to the vendor alone that made it.</source>
      <translation>Ein Siegel nützt nur dem Hersteller, der es machte.</translation>
    </message>
    <message>
      <source>Reasoning is taken back only as this vendor has sealed it.</source>
      <translation>Denken wird nur so zurückgenommen, wie dieser Hersteller es versiegelt hat.</translation>
    </message>
    <message>
      <source>A file's id is of use to the vendor alone that gave it.</source>
      <translation>Die Kennung einer Datei nützt nur dem Hersteller, der sie gab.</translation>
    </message>
    <message>
      <source>There is no video.</source>
      <translation>Video gibt es nicht.</translation>
    </message>
    <message>
      <source>Sound is taken as mp3 or wav in the user's messages alone.</source>
      <translation>Ton wird als mp3 oder wav nur in Nachrichten des Benutzers genommen.</translation>
    </message>
    <message>
      <source>Documents have no context and no switch for citations.</source>
      <translation>Dokumente haben keinen Kontext und keinen Schalter für Zitate.</translation>
    </message>
    <message>
      <source>A model's own turn holds no documents.</source>
      <translation>Eigene Worte eines Modells enthalten keine Dokumente.</translation>
    </message>
    <message>
      <source>A model's own turn holds no pictures.</source>
      <translation>Eigene Worte eines Modells enthalten keine Bilder.</translation>
    </message>
    <message>
      <source>Messages name no speaker.</source>
      <translation>Nachrichten nennen keinen Sprecher.</translation>
    </message>
    <message>
      <source>This model gives one answer at a time; ask for one.</source>
      <translation>Dieses Modell gibt nur eine Antwort auf einmal; eine verlangen.</translation>
    </message>
  </context>
  <context>
    <name>ui</name>
    <message>
      <source>by %1</source>
      <translation>von %1</translation>
    </message>
    <message>
      <source>asked %1</source>
      <translation>verlangt %1</translation>
    </message>
    <message>
      <source>%1 out</source>
      <translation>%1 aus</translation>
    </message>
    <message>
      <source>%1 in (%2 cached)</source>
      <translation>%1 ein (%2 aus dem Cache)</translation>
    </message>
    <message>
      <source>(%1 cached)</source>
      <translation>(%1 aus dem Cache)</translation>
    </message>
    <message>
      <source>Completed after %1</source>
      <translation>Abgeschlossen nach %1</translation>
    </message>
    <message>
      <source>Failed after %1</source>
      <translation>Gescheitert nach %1</translation>
    </message>
    <message>
      <source>Canceled after %1</source>
      <translation>Abgebrochen nach %1</translation>
    </message>
    <message>
      <source>Lost after %1</source>
      <translation>Verloren nach %1</translation>
    </message>
    <message>
      <source>Orphaned after %1</source>
      <translation>Verloren nach %1</translation>
    </message>
    <message>
      <source>%1 used</source>
      <translation>%1 verbraucht</translation>
    </message>
    <message>
      <source>%1 of %2 flights</source>
      <translation>%1 von %2 Anfragen</translation>
    </message>
    <message>
      <source>%1 of %2 jobs</source>
      <translation>%1 von %2 Aufträgen</translation>
    </message>
    <message>
      <source>%1 of %2 changes</source>
      <translation>%1 von %2 Änderungen</translation>
    </message>
    <message>
      <source>%1 shown</source>
      <translation>%1 gezeigt</translation>
    </message>
    <message>
      <source>%1 pieces</source>
      <translation>%1 Stücke</translation>
    </message>
    <message>
      <source>expired %1</source>
      <translation>abgelaufen %1</translation>
    </message>
    <message>
      <source>%1 connections</source>
      <translation>%1 Verbindungen</translation>
    </message>
    <message>
      <source>%1 connections since %2</source>
      <translation>%1 Verbindungen seit %2</translation>
    </message>
    <message>
      <source>Refused %1 times, last %2</source>
      <translation>%1-mal abgewiesen, zuletzt %2</translation>
    </message>
    <message>
      <source>Refused once %1</source>
      <translation>Einmal abgewiesen, %1</translation>
    </message>
    <message>
      <source>Refused %1 times, last %2: %3</source>
      <translation>%1-mal abgewiesen, zuletzt %2: %3</translation>
    </message>
    <message>
      <source>Refused once %1: %2</source>
      <translation>Einmal abgewiesen, %1: %2</translation>
    </message>
    <message>
      <source>'%1' has used up its budget of %2</source>
      <translation>„%1“ hat sein Budget von %2 aufgebraucht</translation>
    </message>
    <message>
      <source>What '%1' has under way may use the rest of its budget of %2. One has to end first</source>
      <translation>Was „%1“ laufen hat, kann den Rest seines Budgets von %2 verbrauchen. Eines muss zuerst enden</translation>
    </message>
    <message>
      <source>%1 a minute</source>
      <translation>%1 in der Minute</translation>
    </message>
    <message>
      <source>%1 an hour</source>
      <translation>%1 in der Stunde</translation>
    </message>
    <message>
      <source>%1 a day</source>
      <translation>%1 am Tag</translation>
    </message>
    <message>
      <source>%1 a week</source>
      <translation>%1 in der Woche</translation>
    </message>
    <message>
      <source>%1 a month</source>
      <translation>%1 im Monat</translation>
    </message>
    <message>
      <source>%1 a year</source>
      <translation>%1 im Jahr</translation>
    </message>
    <message>
      <source>%1 tokens</source>
      <translation>%1 Token</translation>
    </message>
    <message>
      <source>all</source>
      <translation>alle</translation>
    </message>
    <message>
      <source>%1 est.</source>
      <translation>geschätzt %1</translation>
    </message>
    <message>
      <source>At the same time</source>
      <translation>Zugleich</translation>
    </message>
    <message>
      <source>cache hit rate %1</source>
      <translation>Cache-Trefferquote %1</translation>
    </message>
    <message>
      <source>%1 of %2 input tokens came from cache.</source>
      <translation>%1 von %2 Eingabetoken kamen aus dem Cache.</translation>
    </message>
    <message>
      <source>%1 asked for %2</source>
      <translation>%1 verlangte %2</translation>
    </message>
    <message>
      <source>%1 asked for a token count by %2</source>
      <translation>%1 verlangte eine Tokenzählung von %2</translation>
    </message>
    <message>
      <source>%1 asked for embeddings by %2</source>
      <translation>%1 verlangte Einbettungen von %2</translation>
    </message>
    <message>
      <source>%1 failed with status %2 after %3</source>
      <translation>%1 scheiterte mit Status %2 nach %3</translation>
    </message>
    <message>
      <source>%1 failed after %2</source>
      <translation>%1 scheiterte nach %2</translation>
    </message>
    <message>
      <source>Timeline of %1: %2</source>
      <translation>Verlauf von %1: %2</translation>
    </message>
    <message>
      <source>%1, streaming</source>
      <translation>%1, als Stream</translation>
    </message>
    <message>
      <source>Tool run by a provider (%1)</source>
      <translation>Werkzeug, das ein Anbieter ausführt (%1)</translation>
    </message>
    <message>
      <source>How much to think (%1)</source>
      <translation>Wie viel gedacht wird (%1)</translation>
    </message>
    <message>
      <source>Field %1</source>
      <translation>Feld %1</translation>
    </message>
    <message>
      <source>error category</source>
      <translation>Art des Fehlers</translation>
    </message>
    <message>
      <source>exit status</source>
      <translation>Exit-Code</translation>
    </message>
    <message>
      <source>asked at</source>
      <translation>verlangt um</translation>
    </message>
    <message>
      <source>handed over to</source>
      <translation>übergeben an</translation>
    </message>
    <message>
      <source>working folder</source>
      <translation>Arbeitsordner</translation>
    </message>
    <message>
      <source>may change files</source>
      <translation>darf Dateien ändern</translation>
    </message>
    <message>
      <source>provider's request id</source>
      <translation>Kennung beim Anbieter</translation>
    </message>
    <message>
      <source>confidence low</source>
      <translation>Zuversicht gering</translation>
    </message>
    <message>
      <source>confidence medium</source>
      <translation>Zuversicht mittel</translation>
    </message>
    <message>
      <source>confidence high</source>
      <translation>Zuversicht hoch</translation>
    </message>
    <message>
      <source>confidence none</source>
      <translation>keine Zuversicht</translation>
    </message>
    <message>
      <source>only %1</source>
      <translation>nur %1</translation>
    </message>
    <message>
      <source>all so far</source>
      <translation>bisher alle</translation>
    </message>
    <message>
      <source>strategy %1</source>
      <translation>Strategie %1</translation>
    </message>
    <message>
      <source>%1 did not answer: %2</source>
      <translation>%1 antwortete nicht: %2</translation>
    </message>
    <message>
      <source>%1 differences</source>
      <translation>%1 Unterschiede</translation>
    </message>
    <message>
      <source>1 difference</source>
      <translation>1 Unterschied</translation>
    </message>
    <message>
      <source>%1 answered</source>
      <translation>%1 beantwortet</translation>
    </message>
    <message>
      <source>%1 asked</source>
      <translation>%1 gefragt</translation>
    </message>
    <message>
      <source>%1 candidates</source>
      <translation>%1 Kandidaten</translation>
    </message>
    <message>
      <source>%1 accounts can answer</source>
      <translation>%1 Konten können antworten</translation>
    </message>
    <message>
      <source>%1 programs</source>
      <translation>%1 Programme</translation>
    </message>
    <message>
      <source>1 program</source>
      <translation>1 Programm</translation>
    </message>
    <message>
      <source>%1 places</source>
      <translation>%1 Stellen</translation>
    </message>
    <message>
      <source>1 place</source>
      <translation>1 Stelle</translation>
    </message>
    <message>
      <source>%1 runs</source>
      <translation>%1 Läufe</translation>
    </message>
    <message>
      <source>%1 hours</source>
      <translation>%1 Stunden</translation>
    </message>
    <message>
      <source>change %1 files: %2</source>
      <translation>%1 Dateien ändern: %2</translation>
    </message>
    <message>
      <source>this exact command in this folder, in this job</source>
      <translation>genau dieser Befehl in diesem Ordner, in diesem Auftrag</translation>
    </message>
    <message>
      <source>Every call of the tool %1 of %2, until this session ends</source>
      <translation>Jeder Aufruf des Werkzeugs %1 von %2, bis diese Sitzung endet</translation>
    </message>
    <message>
      <source>It waits on</source>
      <translation>Wartet weiter</translation>
    </message>
    <message>
      <source>Go on once</source>
      <translation>Einmal weitermachen</translation>
    </message>
    <message>
      <source>Go on, and do not ask again</source>
      <translation>Weitermachen und nicht wieder fragen</translation>
    </message>
    <message>
      <source>Go on after it</source>
      <translation>Danach weitermachen</translation>
    </message>
    <message>
      <source>until %1, then the request is refused</source>
      <translation>bis %1, dann wird die Anfrage abgewiesen</translation>
    </message>
    <message>
      <source>default %1</source>
      <translation>Vorgabe %1</translation>
    </message>
    <message>
      <source>the file, %1</source>
      <translation>die Datei, %1</translation>
    </message>
    <message>
      <source>a key, %1, made %2</source>
      <translation>ein Schlüssel, %1, angelegt %2</translation>
    </message>
    <message>
      <source>seen as %1</source>
      <translation>erkannt als %1</translation>
    </message>
    <message>
      <source>not verified</source>
      <translation>nicht geprüft</translation>
    </message>
    <message>
      <source>%1, name given by the program</source>
      <translation>%1, so nennt sich das Programm</translation>
    </message>
    <message>
      <source>user %1</source>
      <translation>Benutzer %1</translation>
    </message>
    <message>
      <source>%1 (this computer, port %2)</source>
      <translation>%1 (dieser Computer, Port %2)</translation>
    </message>
    <message>
      <source>%1 (sends your access to %2 on the internet)</source>
      <translation>%1 (sendet den Zugriff an %2 im Internet)</translation>
    </message>
    <message>
      <source>until %1, at the latest %2</source>
      <translation>bis %1, spätestens %2</translation>
    </message>
    <message>
      <source>until its program ends, at the latest %1</source>
      <translation>bis sein Programm endet, spätestens %1</translation>
    </message>
    <message>
      <source>until its program ends</source>
      <translation>bis sein Programm endet</translation>
    </message>
    <message>
      <source>%1 (needs a key)</source>
      <translation>%1 (braucht einen Schlüssel)</translation>
    </message>
    <message>
      <source>last asked %1</source>
      <translation>zuletzt gefragt %1</translation>
    </message>
    <message>
      <source>set up, %1</source>
      <translation>eingerichtet, %1</translation>
    </message>
    <message>
      <source>Nothing was changed</source>
      <translation>Nichts wurde geändert</translation>
    </message>
    <message>
      <source>Set it up again</source>
      <translation>Neu einrichten</translation>
    </message>
    <message>
      <source>Set it up again, or undo</source>
      <translation>Neu einrichten oder zurücknehmen</translation>
    </message>
    <message>
      <source>It is denied, and the agent goes on without it.</source>
      <translation>Es ist abgelehnt, und der Agent macht ohne weiter.</translation>
    </message>
    <message>
      <source>%1 leads outside its workspace: it is a link to %2</source>
      <translation>%1 führt aus seinem Arbeitsbereich hinaus: es ist ein Verweis auf %2</translation>
    </message>
    <message>
      <source>%1 lies outside the workspace</source>
      <translation>%1 liegt außerhalb des Arbeitsbereichs</translation>
    </message>
    <message>
      <source>The command holds control characters: look closely.</source>
      <translation>Der Befehl enthält Steuerzeichen: genau hinsehen.</translation>
    </message>
    <message>
      <source>The same call of %1 brought the same result %2 times.</source>
      <translation>Derselbe Aufruf von %1 brachte %2-mal dasselbe Ergebnis.</translation>
    </message>
    <message>
      <source>%1 repeats itself</source>
      <translation>%1 wiederholt sich</translation>
    </message>
    <message>
      <source>Entry %1 cannot be read.</source>
      <translation>Eintrag %1 ist nicht lesbar.</translation>
    </message>
    <message>
      <source>Nobody answers '%1'. Add a provider that has it, or name another.</source>
      <translation>Niemand beantwortet „%1“. Einen Anbieter hinzufügen, der es hat, oder ein anderes nennen.</translation>
    </message>
    <message>
      <source>Client keys are not accepted: %1</source>
      <translation>Schlüssel von Clients werden nicht angenommen: %1</translation>
    </message>
    <message>
      <source>%1 is damaged: %2</source>
      <translation>%1 ist beschädigt: %2</translation>
    </message>
    <message>
      <source>%1 cannot be read</source>
      <translation>%1 ist nicht lesbar</translation>
    </message>
    <message>
      <source>It asks %1, and the gateway is %2.</source>
      <translation>Es fragt %1, und das Gateway ist %2.</translation>
    </message>
    <message>
      <source>%1 waits at a limit: %2</source>
      <translation>%1 wartet an einer Grenze: %2</translation>
    </message>
    <message>
      <source>%1 has no access any more.</source>
      <translation>%1 hat keinen Zugriff mehr.</translation>
    </message>
    <message>
      <source>There is nothing to ask yet.</source>
      <translation>Es gibt noch nichts zu fragen.</translation>
    </message>
    <message>
      <source>24 h: %1 requests</source>
      <translation>24 h: %1 Anfragen</translation>
    </message>
    <message>
      <source>it is revoked</source>
      <translation>er entzogen wird</translation>
    </message>
    <message>
      <source>its program ends</source>
      <translation>sein Programm endet</translation>
    </message>
    <message>
      <source>this session ends</source>
      <translation>diese Sitzung endet</translation>
    </message>
    <message>
      <source>The settings hold what this version does not read: %1</source>
      <translation>Die Einstellungen enthalten, was diese Fassung nicht liest: %1</translation>
    </message>
    <message>
      <source>signed, chained to the one before</source>
      <translation>unterschrieben, an den vorigen gekettet</translation>
    </message>
    <message>
      <source>Receipt %1</source>
      <translation>Beleg %1</translation>
    </message>
    <message>
      <source>Its request was not recorded, or is kept no longer.</source>
      <translation>Ihre Anfrage wurde nicht aufgezeichnet oder ist nicht mehr aufbewahrt.</translation>
    </message>
    <message>
      <source>This month so far %1</source>
      <translation>Dieser Monat bisher %1</translation>
    </message>
    <message>
      <source>Of it: %1</source>
      <translation>Davon: %1</translation>
    </message>
    <message>
      <source>asks for full access (+%1)</source>
      <translation>verlangt vollen Zugriff (+%1)</translation>
    </message>
    <message>
      <source>running</source>
      <translation>läuft</translation>
    </message>
    <message>
      <source>the last one %1</source>
      <translation>der letzte %1</translation>
    </message>
    <message>
      <source>web search, %1 times</source>
      <translation>Websuche, %1-mal</translation>
    </message>
    <message>
      <source>a terminal</source>
      <translation>ein Terminal</translation>
    </message>
    <message>
      <source>its vendor said so</source>
      <translation>sein Hersteller sagte es</translation>
    </message>
    <message>
      <source>Names it may ask for, with * and ?</source>
      <translation>Namen, die er verlangen darf, mit * und ?</translation>
    </message>
  </context>
  <context>
    <name>engine/policy</name>
    <message>
      <source>'%1' may use %2 in %3 s. This one has room in %4 s</source>
      <translation>„%1“ darf %2 in %3 s verbrauchen. Für diese ist in %4 s Platz</translation>
    </message>
    <message>
      <source>'%1' has %2 under way, and may have %3 at the same time. One has to end first</source>
      <translation>„%1“ hat %2 laufen und darf %3 zugleich haben. Eines muss zuerst enden</translation>
    </message>
    <message>
      <source>'%1' has a budget in US dollars, and of '%2' at '%3' no price is known for a prompt of this length as the service tier '%4'</source>
      <translation>„%1“ hat ein Budget in US-Dollar, und von „%2“ bei „%3“ ist für einen so langen Prompt in der Stufe „%4“ kein Preis bekannt</translation>
    </message>
    <message>
      <source>'%1' has a budget in US dollars, and no price is known of '%2' at '%3'</source>
      <translation>„%1“ hat ein Budget in US-Dollar, und von „%2“ bei „%3“ ist kein Preis bekannt</translation>
    </message>
    <message>
      <source>The time of '%1' is over: %2</source>
      <translation>Die Zeit von „%1“ ist vorbei: %2</translation>
    </message>
    <message>
      <source>it ended on %1</source>
      <translation>sie endete am %1</translation>
    </message>
    <message>
      <source>%1 is paused: a person has stopped it for a while</source>
      <translation>%1 pausiert: jemand hat es für eine Weile angehalten</translation>
    </message>
    <message>
      <source> (scroll)</source>
      <translation> (scrollen)</translation>
    </message>
    <message>
      <source>Repeated</source>
      <translation>Wiederholt</translation>
    </message>
</context>
  <context>
    <name>app/flights</name>
    <message>
      <source>An HAR of more than %1 MB cannot be read.</source>
      <translation>Ein HAR von mehr als %1 MB kann nicht gelesen werden.</translation>
    </message>
    <message>
      <source>%1 holds no flight: neither JSON lines nor an HAR.</source>
      <translation>%1 enthält keine Anfrage: weder JSON-Zeilen noch ein HAR.</translation>
    </message>
    <message>
      <source>There is a set '%1' already: name another with --as.</source>
      <translation>Einen Satz „%1“ gibt es schon: Nennen Sie mit --as einen anderen Namen.</translation>
    </message>
    <message>
      <source>'%1' cannot be a set's name: small letters, digits and hyphens, at most 60.</source>
      <translation>„%1“ kann kein Name eines Satzes sein: Kleinbuchstaben, Ziffern und Bindestriche, höchstens 60.</translation>
    </message>
    <message>
      <source>%1 imported as '%2'%3.</source>
      <translation>%1 importiert als „%2“%3.</translation>
    </message>
    <message>
      <source>; %1 left out that are no requests to a model</source>
      <translation>; %1 weggelassen, die keine Anfragen an ein Modell sind</translation>
    </message>
    <message>
      <source>There are too many sets of the name '%1'.</source>
      <translation>Es gibt zu viele Sätze namens „%1“.</translation>
    </message>
    <message>
      <source>There is no set '%1' any more.</source>
      <translation>Den Satz „%1“ gibt es nicht mehr.</translation>
    </message>
  </context>
  <context>
    <name>ui/flights</name>
    <message>
      <source>Imported flights</source>
      <translation>Importierte Anfragen</translation>
    </message>
    <message>
      <source>Remove the set %1?</source>
      <translation>Den Satz %1 entfernen?</translation>
    </message>
    <message>
      <source>Its file is deleted. What this gateway recorded itself stays as it is.</source>
      <translation>Seine Datei wird gelöscht. Was dieses Gateway selbst aufgezeichnet hat, bleibt, wie es ist.</translation>
    </message>
    <message>
      <source>Importing</source>
      <translation>Import läuft</translation>
    </message>
    <message>
      <source>%1 so far</source>
      <translation>%1 bisher</translation>
    </message>
    <message>
      <source>JSON lines, HAR (*.jsonl *.har *.json)</source>
      <translation>JSON-Zeilen, HAR (*.jsonl *.har *.json)</translation>
    </message>
    <message>
      <source>Import flights</source>
      <translation>Anfragen importieren</translation>
    </message>
    <message>
      <source>Remove this set…</source>
      <translation>Diesen Satz entfernen…</translation>
    </message>
    <message>
      <source>Import a file…</source>
      <translation>Datei importieren…</translation>
    </message>
    <message>
      <source>Import a file of JSON lines that was exported from a gateway, or an HTTP archive (HAR) of a browser or a proxy.</source>
      <translation>Importieren Sie eine Datei mit JSON-Zeilen, die ein Gateway exportiert hat, oder ein HTTP-Archiv (HAR) eines Browsers oder Proxys.</translation>
    </message>
    <message>
      <source>No set was imported</source>
      <translation>Kein Satz wurde importiert</translation>
    </message>
    <message>
      <source>None of it was asked here. None of it counts in sums, and no program sees it.</source>
      <translation>Nichts davon wurde hier gefragt. Nichts davon zählt in Summen, und kein Programm sieht es.</translation>
    </message>
    <message>
      <source>An imported set: it can be read, and nothing else.</source>
      <translation>Ein importierter Satz: Er kann gelesen werden, sonst nichts.</translation>
    </message>
  </context>
  <context>
    <name>ui/providers</name>
    <message>
      <source>Requests that name this project use this key, all others the one of everybody.</source>
      <translation>Anfragen, die dieses Projekt nennen, verwenden diesen Schlüssel, alle anderen den für alle.</translation>
    </message>
    <message>
      <source>Such as «20 usd a week, 500 requests a day». Then it rests until that begins anew.</source>
      <translation>Etwa «20 usd a week, 500 requests a day». Danach ruht es, bis das neu beginnt.</translation>
    </message>
    <message>
      <source>Project of the key</source>
      <translation>Projekt des Schlüssels</translation>
    </message>
    <message>
      <source>everybody's</source>
      <translation>für alle</translation>
    </message>
    <message>
      <source>What may be used up of it, whoever asks; then it rests until the budget begins anew, and others are asked. per is hour, day, week, month, year or never.</source>
      <translation>Was davon verbraucht werden darf, wer auch fragt; dann ruht es, bis das Budget neu beginnt, und andere werden gefragt. per ist hour, day, week, month, year oder never.</translation>
    </message>
    <message>
      <source>Wait until it begins anew, or raise it under Providers.</source>
      <translation>Warten, bis es neu beginnt, oder es unter Anbieter erhöhen.</translation>
    </message>
    <message>
      <source>Its budget of %1 is used up.</source>
      <translation>Das Budget von %1 ist aufgebraucht.</translation>
    </message>
  </context>
  <context>
    <name>ui/providers</name>
    <message>
      <source>budget used up, back in%1</source>
      <translation>Budget aufgebraucht, wieder in%1</translation>
    </message>
    <message>
      <source>Its budget of </source>
      <translation>Das Budget von </translation>
    </message>
  </context>
  <context>
    <name>ui/flights</name>
    <message>
      <source>new connection</source>
      <translation>neue Verbindung</translation>
    </message>
    <message>
      <source>reused</source>
      <translation>wiederverwendet</translation>
    </message>
    <message>
      <source>Restore the backup of %1?</source>
      <translation>Die Sicherung von %1 wiederherstellen?</translation>
    </message>
    <message>
      <source>Access that was taken since then is open again: %1</source>
      <translation>Zugriff, der seither entzogen wurde, ist wieder offen: %1</translation>
    </message>
    <message>
      <source>Done since then, and lost: %1</source>
      <translation>Seither geschehen und dann verloren: %1</translation>
    </message>
    <message>
      <source>Queue</source>
      <translation>Schlange</translation>
    </message>
  </context>
  <context>
    <name>app/jobs</name>
    <message>
      <source>It waits below the line of what is kept for you.</source>
      <translation>Er wartet unter der Linie dessen, was reserviert ist.</translation>
    </message>
    <message>
      <source>It goes on only when you say so: once now, or when the window begins anew.</source>
      <translation>Er geht nur weiter, wenn Sie es sagen: einmal jetzt, oder wenn das Fenster neu beginnt.</translation>
    </message>
    <message>
      <source>It goes on by itself when the window begins anew.</source>
      <translation>Er geht von selbst weiter, wenn das Fenster neu beginnt.</translation>
    </message>
    <message>
      <source>looked at again in %1, %2</source>
      <translation>wird in %1 wieder geprüft, %2</translation>
    </message>
    <message>
      <source>looked at again</source>
      <translation>wird wieder geprüft</translation>
    </message>
    <message>
      <source>waits for your word</source>
      <translation>wartet auf Ihr Wort</translation>
    </message>
    <message>
      <source>Kept for you · %1 · %2</source>
      <translation>Reserviert · %1 · %2</translation>
    </message>
  </context>
  <context>
    <name>ui</name>
    <message>
      <source>%1 of %2 is left, and %3 is kept for the person at this computer%4.</source>
      <translation>Noch %1 übrig (%2), und %3 sind für die Person an diesem Computer reserviert%4.</translation>
    </message>
    <message>
      <source>, until %1</source>
      <translation>, bis %1</translation>
    </message>
  </context>
  <context>
    <name>domain/jobs</name>
    <message>
      <source>%1 until %2; %3</source>
      <translation>%1 bis %2; %3</translation>
    </message>
    <message>
      <source>it goes on then</source>
      <translation>dann geht es weiter</translation>
    </message>
    <message>
      <source>say whether it may go on then</source>
      <translation>sagen Sie, ob es dann weitergehen darf</translation>
    </message>
    <message>
      <source>it is looked at again at %1</source>
      <translation>um %1 wird es wieder geprüft</translation>
    </message>
    <message>
      <source>say whether it may go on</source>
      <translation>sagen Sie, ob es weitergehen darf</translation>
    </message>
    <message>
      <source>what is left of %1 is kept for the person</source>
      <translation>was von %1 übrig ist, ist für die Person reserviert</translation>
    </message>
  </context>
  <context>
    <name>app/access</name>
    <message>
      <source>policy %1</source>
      <translation>Regel %1</translation>
    </message>
  </context>
  <context>
    <name>app/audit</name>
    <message>
      <source>digest %1</source>
      <translation>Prüfsumme %1</translation>
    </message>
  </context>
  <context>
    <name>app/clients</name>
    <message>
      <source> of %1</source>
      <translation> von %1</translation>
    </message>
    <message>
      <source>revoked %1</source>
      <translation>widerrufen %1</translation>
    </message>
  </context>
  <context>
    <name>app/flights</name>
    <message>
      <source>of %1</source>
      <translation>von %1</translation>
    </message>
    <message>
      <source>different %1</source>
      <translation>%1 verschieden</translation>
    </message>
    <message>
      <source>%1 exported.</source>
      <translation>%1 exportiert.</translation>
    </message>
    <message>
      <source> with %1</source>
      <translation> mit %1</translation>
    </message>
    <message>
      <source>about %1</source>
      <translation>etwa %1</translation>
    </message>
    <message>
      <source>about %1%2</source>
      <translation>etwa %1%2</translation>
    </message>
  </context>
  <context>
    <name>app/gateway</name>
    <message>
      <source> on %1</source>
      <translation> auf %1</translation>
    </message>
    <message>
      <source> since %1</source>
      <translation> seit %1</translation>
    </message>
  </context>
  <context>
    <name>app/jobs</name>
    <message>
      <source>%1 changed%2%3,%4.</source>
      <translation>%1 geändert%2%3,%4.</translation>
    </message>
    <message>
      <source> in %1</source>
      <translation> in %1</translation>
    </message>
    <message>
      <source>at %1</source>
      <translation>um %1</translation>
    </message>
    <message>
      <source> after %1</source>
      <translation> nach %1</translation>
    </message>
  </context>
  <context>
    <name>app/policy</name>
    <message>
      <source>in %1</source>
      <translation>in %1</translation>
    </message>
    <message>
      <source>%1 changed.</source>
      <translation>%1 geändert.</translation>
    </message>
  </context>
  <context>
    <name>app/questions</name>
    <message>
      <source>  in %1</source>
      <translation>  in %1</translation>
    </message>
    <message>
      <source>  from %1</source>
      <translation>  von %1</translation>
    </message>
    <message>
      <source>change %1</source>
      <translation>ändern: %1</translation>
    </message>
    <message>
      <source>%1 answered.</source>
      <translation>%1 beantwortet.</translation>
    </message>
    <message>
      <source>%1 none.</source>
      <translation>%1 keine.</translation>
    </message>
    <message>
      <source>for %1</source>
      <translation>für %1</translation>
    </message>
  </context>
  <context>
    <name>app/safekeeping</name>
    <message>
      <source>credential %1</source>
      <translation>Anmeldedaten %1</translation>
    </message>
  </context>
  <context>
    <name>app/settings</name>
    <message>
      <source>expected %1</source>
      <translation>erwartet: %1</translation>
    </message>
  </context>
  <context>
    <name>app/validation</name>
    <message>
      <source>confidence %1</source>
      <translation>Sicherheit %1</translation>
    </message>
  </context>
  <context>
    <name>ui</name>
    <message>
      <source>through %1</source>
      <translation>über %1</translation>
    </message>
    <message>
      <source>use your providers</source>
      <translation>die Anbieter verwenden</translation>
    </message>
  </context>
  <context>
    <name>domain/flights</name>
    <message>
      <source>message %1%2</source>
      <translation>Nachricht %1%2</translation>
    </message>
    <message>
      <source>tool %1%2</source>
      <translation>Werkzeug %1%2</translation>
    </message>
  </context>
  <context>
    <name>ui/access</name>
    <message>
      <source>to %1</source>
      <translation>%1</translation>
    </message>
    <message>
      <source>may %1</source>
      <translation>darf %1</translation>
    </message>
  </context>
  <context>
    <name>ui/figures</name>
    <message>
      <source>no %1</source>
      <translation>ohne %1</translation>
    </message>
  </context>
  <context>
    <name>ui/overview</name>
    <message>
      <source>cost %1</source>
      <translation>Kosten %1</translation>
    </message>
  </context>
  <context>
    <name>app/flights</name>
    <message>
      <source>%1 could not be written: %2.</source>
      <translation>%1 konnte nicht geschrieben werden: %2.</translation>
    </message>
    <message>
      <source>Main agent</source>
      <translation>Hauptagent</translation>
    </message>
    <message>
      <source>Subagent %1</source>
      <translation>Unteragent %1</translation>
    </message>
    <message>
      <source>Not told apart</source>
      <translation>Nicht unterschieden</translation>
    </message>
    <message>
      <source>Which agent of the conversation: the main one, or a subagent</source>
      <translation>Welcher Agent des Gesprächs: der Hauptagent oder ein Unteragent</translation>
    </message>
    <message>
      <source>Which conversation asked, as filters and limits name it</source>
      <translation>Welches Gespräch gefragt hat, wie Filter und Grenzen es nennen</translation>
    </message>
  </context>
  <context>
    <name>domain/flights</name>
    <message>
      <source>the id of the one that spoke: the first, or a subagent</source>
      <translation>die Kennung dessen, der sprach: der erste oder ein Unteragent</translation>
    </message>
    <message>
      <source>its id, as a flight or a limit names it</source>
      <translation>ihre Kennung, wie eine Anfrage oder ein Limit sie nennt</translation>
    </message>
  </context>
  <context>
    <name>ui/flights</name>
    <message>
      <source>Rename «%1»…</source>
      <translation>„%1“ umbenennen …</translation>
    </message>
    <message>
      <source>Rename filter</source>
      <translation>Filter umbenennen</translation>
    </message>
  </context>
  <context>
    <name>ui/settings</name>
    <message>
      <source>How large all text is, beside what the system scales: Ctrl and +, Ctrl and - from everywhere, Ctrl and 0 for the usual size.</source>
      <translation>Wie groß aller Text ist, zusätzlich zur Skalierung des Systems: von überall Strg und + oder Strg und -, Strg und 0 für die übliche Größe.</translation>
    </message>
    <message>
      <source>Text size</source>
      <translation>Textgröße</translation>
    </message>
  </context>
  <context>
    <name>ui/window</name>
    <message>
      <source>&amp;Usual size of text</source>
      <translation>Ü&amp;bliche Textgröße</translation>
    </message>
    <message>
      <source>&amp;Smaller text</source>
      <translation>&amp;Kleinerer Text</translation>
    </message>
    <message>
      <source>&amp;Larger text</source>
      <translation>&amp;Größerer Text</translation>
    </message>
    <message>
      <source>Open data folder</source>
      <translation>Datenordner öffnen</translation>
    </message>
  </context>
  <context>
    <name>joined</name>
    <message>
      <source>Found in your environment: %1.</source>
      <translation>In der Umgebung gefunden: %1.</translation>
    </message>
    <message>
      <source>Use it for %1?</source>
      <translation>Für %1 verwenden?</translation>
    </message>
    <message>
      <source>today %1, %2</source>
      <translation>heute %1, %2</translation>
    </message>
    <message>
      <source>this month %1, %2</source>
      <translation>diesen Monat %1, %2</translation>
    </message>
    <message>
      <source>this month %1</source>
      <translation>diesen Monat %1</translation>
    </message>
    <message>
      <source>today %1</source>
      <translation>heute %1</translation>
    </message>
    <message>
      <source>What sort of service it is.</source>
      <translation>Was für ein Dienst es ist.</translation>
    </message>
    <message>
      <source>Its address; the vendor's own if left out.</source>
      <translation>Seine Adresse; ohne Angabe die des Herstellers.</translation>
    </message>
    <message>
      <source>Required.</source>
      <translation>Nötig.</translation>
    </message>
    <message>
      <source>Required for openai-compatible.</source>
      <translation>Nötig für openai-compatible.</translation>
    </message>
    <message>
      <source>Expected: %1.</source>
      <translation>Erwartet: %1.</translation>
    </message>
    <message>
      <source>Unique within the provider.</source>
      <translation>Eindeutig innerhalb des Anbieters.</translation>
    </message>
    <message>
      <source>Expected the address of the server, which kind = "openai-compatible" needs.</source>
      <translation>Erwartet: die Adresse des Servers, die kind = "openai-compatible" braucht.</translation>
    </message>
    <message>
      <source>Its help no longer lists %1 (version %2, and the gateway was made for %3).</source>
      <translation>Ihre Hilfe nennt %1 nicht mehr (Fassung %2, das Gateway ist für %3 gemacht).</translation>
    </message>
    <message>
      <source>any model in project %1, asked in %2</source>
      <translation>jedes Modell im Projekt %1, gefragt in %2</translation>
    </message>
    <message>
      <source>any model in project %1</source>
      <translation>jedes Modell im Projekt %1</translation>
    </message>
    <message>
      <source>any model from %1</source>
      <translation>jedes Modell von %1</translation>
    </message>
    <message>
      <source>%1 from %2, up to %3</source>
      <translation>%1 von %2, bis zu %3</translation>
    </message>
    <message>
      <source>It is from %1, asks for %2 and is small.</source>
      <translation>Sie ist von %1, verlangt %2 und ist klein.</translation>
    </message>
    <message>
      <source>First of the rule.</source>
      <translation>Erster der Regel.</translation>
    </message>
    <message>
      <source>%1 of its quota is left</source>
      <translation>%1 seines Kontingents sind übrig</translation>
    </message>
    <message>
      <source>it is cooling for another %1 after a %2</source>
      <translation>er ruht noch %1 nach einem %2</translation>
    </message>
    <message>
      <source>Input tokens from</source>
      <translation>Eingabe-Token ab</translation>
    </message>
    <message>
      <source>Input tokens to</source>
      <translation>Eingabe-Token bis</translation>
    </message>
    <message>
      <source>No price is known of web search</source>
      <translation>Für web search ist kein Preis bekannt</translation>
    </message>
    <message>
      <source>%1, then %2</source>
      <translation>%1, dann %2</translation>
    </message>
    <message>
      <source>the same call of %1 brought the same result %2</source>
      <translation>derselbe Aufruf von %1 brachte %2 dasselbe Ergebnis</translation>
    </message>
    <message>
      <source>four times</source>
      <translation>viermal</translation>
    </message>
    <message>
      <source>three times</source>
      <translation>dreimal</translation>
    </message>
    <message>
      <source>five times</source>
      <translation>fünfmal</translation>
    </message>
    <message>
      <source>twice</source>
      <translation>zweimal</translation>
    </message>
    <message>
      <source>this computer, port %1</source>
      <translation>dieser Computer, Port %1</translation>
    </message>
    <message>
      <source>More came at once than can be written down.</source>
      <translation>Mehr kam auf einmal, als sich aufschreiben lässt.</translation>
    </message>
    <message>
      <source>≥ is at least so much: the answer broke off before all of it was told</source>
      <translation>≥ heißt mindestens so viel: die Antwort brach ab, bevor alles genannt war</translation>
    </message>
    <message>
      <source>≈ was counted by the gateway: the provider did not tell it</source>
      <translation>≈ hat das Gateway gezählt: der Anbieter nannte es nicht</translation>
    </message>
    <message>
      <source>What it thought, and what its tools answered.</source>
      <translation>Was er dachte, und was seine Werkzeuge antworteten.</translation>
    </message>
    <message>
      <source>What %1 was asked besides: %2.</source>
      <translation>Wonach %1 außerdem gefragt wurde: %2.</translation>
    </message>
    <message>
      <source>This system does not let bubblewrap contain runs: %1</source>
      <translation>Dieses System lässt bubblewrap keine Läufe einschließen: %1</translation>
    </message>
    <message>
      <source>Since the start kept with their figures alone</source>
      <translation>Seit dem Start nur mit ihren Zahlen aufbewahrt</translation>
    </message>
    <message>
      <source>Since the start not kept</source>
      <translation>Seit dem Start nicht aufbewahrt</translation>
    </message>
    <message>
      <source>%1 was emptied.</source>
      <translation>%1 wurde geleert.</translation>
    </message>
    <message>
      <source>%1 was put back to an older version (schema %2, it was %3).</source>
      <translation>%1 wurde auf eine ältere Fassung zurückgesetzt (Schema %2, es war %3).</translation>
    </message>
    <message>
      <source>%1 was put back to an older copy: what was done to this gateway had come to entry %2, and ends at %3 in it.</source>
      <translation>%1 wurde auf eine ältere Kopie zurückgesetzt: was mit diesem Gateway geschah, war bei Eintrag %2 und endet darin bei %3.</translation>
    </message>
    <message>
      <source>%1 was put back to an older copy or cut off: entry %2 of the audit log, which was sealed, is not in it any more.</source>
      <translation>%1 wurde auf eine ältere Kopie zurückgesetzt oder abgeschnitten: Eintrag %2 des Protokolls, der besiegelt war, ist nicht mehr darin.</translation>
    </message>
    <message>
      <source>%1 was put back to an older copy or cut off: entry %2 of the audit log, which was sealed, is another one in it.</source>
      <translation>%1 wurde auf eine ältere Kopie zurückgesetzt oder abgeschnitten: Eintrag %2 des Protokolls, der besiegelt war, ist darin ein anderer.</translation>
    </message>
    <message>
      <source>%1 was put back to an older copy: it had come to entry %2, and ends at %3.</source>
      <translation>%1 wurde auf eine ältere Kopie zurückgesetzt: sie war bei Eintrag %2 und endet bei %3.</translation>
    </message>
    <message>
      <source>the window '%1' of %2</source>
      <translation>das Fenster „%1“ von %2</translation>
    </message>
    <message>
      <source>the budget of %1 of %2</source>
      <translation>das Budget von %1 von %2</translation>
    </message>
    <message>
      <source>%1 kept for you</source>
      <translation>%1 reserviert</translation>
    </message>
    <message>
      <source>at %1 on %2</source>
      <translation>um %1 am %2</translation>
    </message>
    <message>
      <source>Since the start %1: %2. </source>
      <translation>Seit dem Start %1: %2. </translation>
    </message>
    <message>
      <source> %1 not kept.</source>
      <translation> %1 nicht aufbewahrt.</translation>
    </message>
    <message>
      <source>At least %1: %2</source>
      <translation>Mindestens %1: %2</translation>
    </message>
    <message>
      <source>Use %1: %2</source>
      <translation>%1 verwenden: %2</translation>
    </message>
    <message>
      <source>Use %1 for %2</source>
      <translation>%1 für %2 verwenden</translation>
    </message>
    <message>
      <source>share from a cache %1</source>
      <translation>Anteil aus dem Cache %1</translation>
    </message>
    <message>
      <source>at least %1: the answer broke off</source>
      <translation>mindestens %1: die Antwort brach ab</translation>
    </message>
    <message>
      <source>a date such as 2027-01-31</source>
      <translation>ein Datum wie 2027-01-31</translation>
    </message>
    <message>
      <source>a table such as %1</source>
      <translation>eine Tabelle wie %1</translation>
    </message>
    <message>
      <source>a table such as { "its-tool" = "…" }: 1 to 2,000 characters</source>
      <translation>eine Tabelle wie { "its-tool" = "…" }: 1 bis 2.000 Zeichen</translation>
    </message>
    <message>
      <source>a table such as { "its-tool" = "…" }: 1 to 40 of a-z, 0-9 and _</source>
      <translation>eine Tabelle wie { "its-tool" = "…" }: 1 bis 40 aus a-z, 0-9 und _</translation>
    </message>
    <message>
      <source>"08:00-18:00", the time of this computer</source>
      <translation>"08:00-18:00", die Zeit dieses Computers</translation>
    </message>
    <message>
      <source>1 to 40 small letters, digits, `-` and `_`</source>
      <translation>1 bis 40 kleine Buchstaben, Ziffern, `-` und `_`</translation>
    </message>
    <message>
      <source>1 to 80 characters</source>
      <translation>1 bis 80 Zeichen</translation>
    </message>
    <message>
      <source>names as in `[clients]`</source>
      <translation>Namen wie in `[clients]`</translation>
    </message>
    <message>
      <source>names of hosts</source>
      <translation>Namen von Rechnern</translation>
    </message>
    <message>
      <source>patterns of RE2</source>
      <translation>Muster von RE2</translation>
    </message>
    <message>
      <source>tables such as %1</source>
      <translation>Tabellen wie %1</translation>
    </message>
    <message>
      <source>texts, `*` for any letters</source>
      <translation>Texte, `*` für beliebige Buchstaben</translation>
    </message>
    <message>
      <source>The application ends as soon as %1 have ended.</source>
      <translation>Die Anwendung wird beendet, sobald %1 zu Ende sind.</translation>
    </message>
    <message>
      <source>a whole number from %1 to %2</source>
      <translation>eine ganze Zahl von %1 bis %2</translation>
    </message>
    <message>
      <source>a whole number from %1 to %2 (%3)</source>
      <translation>eine ganze Zahl von %1 bis %2 (%3)</translation>
    </message>
    <message>
      <source>%1 lets the system choose</source>
      <translation>%1 lässt das System wählen</translation>
    </message>
    <message>
      <source>%1 asks for none</source>
      <translation>%1 verlangt keine</translation>
    </message>
    <message>
      <source>%1 waits to the end</source>
      <translation>%1 wartet bis zum Ende</translation>
    </message>
    <message>
      <source>%1 never shares a run</source>
      <translation>%1 teilt nie einen Lauf</translation>
    </message>
    <message>
      <source>%1 bounds nothing</source>
      <translation>%1 begrenzt nichts</translation>
    </message>
    <message>
      <source>a list of %1 to %2 texts, %3</source>
      <translation>eine Liste von %1 bis %2 Texten, %3</translation>
    </message>
    <message>
      <source>a program and its arguments</source>
      <translation>ein Programm und seine Argumente</translation>
    </message>
    <message>
      <source>a list of %1 to %2 names</source>
      <translation>eine Liste von %1 bis %2 Namen</translation>
    </message>
    <message>
      <source>one of %1</source>
      <translation>eines von %1</translation>
    </message>
    <message>
      <source>a table such as { key = "mcp_managed" }: of local, key, bearer, proxied, oauth to "legacy" or "mcp_managed"</source>
      <translation>eine Tabelle wie { key = "mcp_managed" }: von local, key, bearer, proxied, oauth auf "legacy" oder "mcp_managed"</translation>
    </message>
    <message>
      <source>a name of %1 to %2 characters</source>
      <translation>ein Name von %1 bis %2 Zeichen</translation>
    </message>
    <message>
      <source>an address of this computer in a local network or a VPN, such as 192.168.1.20 or 100.64.0.7</source>
      <translation>eine Adresse dieses Computers in einem lokalen Netz oder VPN, wie 192.168.1.20 oder 100.64.0.7</translation>
    </message>
    <message>
      <source>a model name that does not begin with "practice/"</source>
      <translation>ein Modellname, der nicht mit "practice/" beginnt</translation>
    </message>
    <message>
      <source>a list such as %1</source>
      <translation>eine Liste wie %1</translation>
    </message>
    <message>
      <source>the name of a program on PATH, or its absolute path</source>
      <translation>der Name eines Programms auf PATH oder sein absoluter Pfad</translation>
    </message>
    <message>
      <source>a table of environment variables and their texts</source>
      <translation>eine Tabelle von Umgebungsvariablen und ihren Texten</translation>
    </message>
    <message>
      <source>a table of environment variables and their texts; ${vault:PROVIDER/NAME} stands for what the vault keeps</source>
      <translation>eine Tabelle von Umgebungsvariablen und ihren Texten; ${vault:PROVIDER/NAME} steht für das, was der Tresor aufbewahrt</translation>
    </message>
    <message>
      <source>a table of headers and their texts, with ${vault:PROVIDER/NAME} as in env</source>
      <translation>eine Tabelle von Headern und ihren Texten, mit ${vault:PROVIDER/NAME} wie bei env</translation>
    </message>
    <message>
      <source>the name of a model</source>
      <translation>der Name eines Modells</translation>
    </message>
    <message>
      <source>a model's name</source>
      <translation>der Name eines Modells</translation>
    </message>
    <message>
      <source>a model's name, or a list of them</source>
      <translation>der Name eines Modells oder eine Liste davon</translation>
    </message>
    <message>
      <source>a path that begins with / or ~/, without ".."</source>
      <translation>ein Pfad, der mit / oder ~/ beginnt, ohne ".."</translation>
    </message>
    <message>
      <source>a table</source>
      <translation>eine Tabelle</translation>
    </message>
    <message>
      <source>a client as `client` has it</source>
      <translation>ein Client, wie `client` ihn nennt</translation>
    </message>
    <message>
      <source>`provider`, `provider:model` or `provider/account:model`</source>
      <translation>`provider`, `provider:model` oder `provider/account:model`</translation>
    </message>
    <message>
      <source>a text such as "provider/account" or "provider"</source>
      <translation>ein Text wie "provider/account" oder "provider"</translation>
    </message>
    <message>
      <source>US dollars per million tokens, 0 or more</source>
      <translation>US-Dollar je Million Token, 0 oder mehr</translation>
    </message>
    <message>
      <source>tables such as { flex = { input = 2.5, output = 7.5 } }</source>
      <translation>Tabellen wie { flex = { input = 2.5, output = 7.5 } }</translation>
    </message>
    <message>
      <source>a table such as { web_search = 0.01 }, in US dollars, 0 or more</source>
      <translation>eine Tabelle wie { web_search = 0.01 }, in US-Dollar, 0 oder mehr</translation>
    </message>
    <message>
      <source>a date such as 2026-11-21</source>
      <translation>ein Datum wie 2026-11-21</translation>
    </message>
    <message>
      <source>a time zone such as Europe/Berlin</source>
      <translation>eine Zeitzone wie Europe/Berlin</translation>
    </message>
    <message>
      <source>tables, `[clients.NAME.labels.LABEL]`, with the same keys</source>
      <translation>Tabellen, `[clients.NAME.labels.LABEL]`, mit denselben Schlüsseln</translation>
    </message>
    <message>
      <source>an address that begins with https://, or with http:// on this computer</source>
      <translation>eine Adresse, die mit https:// beginnt, oder mit http:// auf diesem Computer</translation>
    </message>
    <message>
      <source>a CLI's name</source>
      <translation>der Name einer CLI</translation>
    </message>
    <message>
      <source>an argument</source>
      <translation>ein Argument</translation>
    </message>
    <message>
      <source>a pattern of tools' names</source>
      <translation>ein Muster von Werkzeugnamen</translation>
    </message>
    <message>
      <source>a pattern of clients' names</source>
      <translation>ein Muster von Clientnamen</translation>
    </message>
    <message>
      <source>a scope</source>
      <translation>eine Befugnis</translation>
    </message>
    <message>
      <source>%1 to %2 small letters, digits, - and _</source>
      <translation>%1 bis %2 kleine Buchstaben, Ziffern, - und _</translation>
    </message>
    <message>
      <source>separated by commas</source>
      <translation>durch Kommas getrennt</translation>
    </message>
    <message>
      <source>%1 or %2 in the environment</source>
      <translation>%1 oder %2 in der Umgebung</translation>
    </message>
    <message>
      <source>Copy what is shown</source>
      <translation>Kopieren, was gezeigt wird</translation>
    </message>
    <message>
      <source>Copy all that is known of it</source>
      <translation>Alles kopieren, was davon bekannt ist</translation>
    </message>
    <message>
      <source>Copy the receipt's SHA-256</source>
      <translation>SHA-256 der Quittung kopieren</translation>
    </message>
    <message>
      <source>Copy the receipt as text</source>
      <translation>Quittung als Text kopieren</translation>
    </message>
    <message>
      <source>Copy the answer of %1</source>
      <translation>Antwort von %1 kopieren</translation>
    </message>
    <message>
      <source>Copy route</source>
      <translation>Route kopieren</translation>
    </message>
    <message>
      <source>Copy value</source>
      <translation>Wert kopieren</translation>
    </message>
    <message>
      <source>fresh input %1</source>
      <translation>neue Eingabe %1</translation>
    </message>
    <message>
      <source>cache write %1</source>
      <translation>Cache geschrieben %1</translation>
    </message>
    <message>
      <source>cache read %1</source>
      <translation>Cache gelesen %1</translation>
    </message>
    <message>
      <source>output %1</source>
      <translation>Ausgabe %1</translation>
    </message>
    <message>
      <source>input (cache not told) %1</source>
      <translation>Eingabe (Cache nicht genannt) %1</translation>
    </message>
    <message>
      <source>%1 of the output were reasoning</source>
      <translation>%1 der Ausgabe waren Denken</translation>
    </message>
    <message>
      <source>≥ is at least so much: the answer broke off before all of it was told.</source>
      <translation>≥ heißt mindestens so viel: die Antwort brach ab, bevor alles genannt war.</translation>
    </message>
    <message>
      <source>≈ was counted by the gateway: the provider did not tell it.</source>
      <translation>≈ hat das Gateway gezählt: der Anbieter nannte es nicht.</translation>
    </message>
    <message>
      <source>about %1: %2</source>
      <translation>etwa %1: %2</translation>
    </message>
    <message>
      <source>Since the start kept with their figures alone: %1.</source>
      <translation>Seit dem Start nur mit ihren Zahlen aufbewahrt: %1.</translation>
    </message>
    <message>
      <source>Since the start not kept: %1.</source>
      <translation>Seit dem Start nicht aufbewahrt: %1.</translation>
    </message>
    <message>
      <source>%1 not kept.</source>
      <translation>%1 nicht aufbewahrt.</translation>
    </message>
    <message>
      <source>The disk is full: flights.db cannot be written.</source>
      <translation>Die Festplatte ist voll: flights.db kann nicht geschrieben werden.</translation>
    </message>
    <message>
      <source>What came is kept under Response.</source>
      <translation>Was kam, steht unter Antwort.</translation>
    </message>
    <message>
      <source>Send the request again.</source>
      <translation>Die Anfrage noch einmal senden.</translation>
    </message>
    <message>
      <source>Different requests, the same answers.</source>
      <translation>Verschiedene Anfragen, dieselben Antworten.</translation>
    </message>
    <message>
      <source>Without %1 of unknown cost.</source>
      <translation>Ohne %1, deren Kosten unbekannt sind.</translation>
    </message>
    <message>
      <source>The computer was restarted while it ran.</source>
      <translation>Der Computer wurde neu gestartet, während er lief.</translation>
    </message>
    <message>
      <source>What it wrote until then is kept.</source>
      <translation>Was er bis dahin schrieb, ist aufbewahrt.</translation>
    </message>
    <message>
      <source>Its vendor says: %1</source>
      <translation>Sein Hersteller sagt: %1</translation>
    </message>
    <message>
      <source>%1 is not signed in.</source>
      <translation>%1 ist nicht angemeldet.</translation>
    </message>
    <message>
      <source>Run `%1` in a terminal.</source>
      <translation>`%1` in einem Terminal ausführen.</translation>
    </message>
    <message>
      <source>model name begins with %1: %2</source>
      <translation>Modellname beginnt mit %1: %2</translation>
    </message>
    <message>
      <source>registered by the window</source>
      <translation>eingetragen vom Fenster</translation>
    </message>
    <message>
      <source>%1 of %2 passed</source>
      <translation>%1 von %2 bestanden</translation>
    </message>
    <message>
      <source>reads %1 too</source>
      <translation>liest auch %1</translation>
    </message>
    <message>
      <source>this address is on your own computer or network; say so with the switch below it</source>
      <translation>diese Adresse liegt auf dem eigenen Computer oder im eigenen Netz; sagen Sie es mit dem Schalter darunter</translation>
    </message>
    <message>
      <source>Confidence low</source>
      <translation>Zuversicht gering</translation>
    </message>
    <message>
      <source>Confidence medium</source>
      <translation>Zuversicht mittel</translation>
    </message>
    <message>
      <source>Confidence high</source>
      <translation>Zuversicht hoch</translation>
    </message>
    <message>
      <source>Confidence none</source>
      <translation>Zuversicht keine</translation>
    </message>
    <message>
      <source>Added in your settings there</source>
      <translation>In den Einstellungen dort ergänzt</translation>
    </message>
    <message>
      <source>Add a server from its server.json</source>
      <translation>Einen Server aus seiner server.json hinzufügen</translation>
    </message>
    <message numerus="yes">
      <source>%n claim|claims</source>
      <translation>
        <numerusform>%n Aussage</numerusform>
        <numerusform>%n Aussagen</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n pass|pass</source>
      <translation>
        <numerusform>%n bestanden</numerusform>
        <numerusform>%n bestanden</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n fail|fail</source>
      <translation>
        <numerusform>%n nicht bestanden</numerusform>
        <numerusform>%n nicht bestanden</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n with conditions|with conditions</source>
      <translation>
        <numerusform>%n mit Bedingungen</numerusform>
        <numerusform>%n mit Bedingungen</numerusform>
      </translation>
    </message>
    <message>
      <source>verdicts differ: %1</source>
      <translation>Urteile gehen auseinander: %1</translation>
    </message>
    <message>
      <source>Receipt %1 · %2</source>
      <translation>Beleg %1 · %2</translation>
    </message>
    <message>
      <source>signed, the first of its chain</source>
      <translation>unterschrieben, der erste seiner Kette</translation>
    </message>
    <message>
      <source>this address is on your own computer or network</source>
      <translation>diese Adresse liegt auf dem eigenen Computer oder im eigenen Netz</translation>
    </message>
    <message>
      <source>%1 wants you to sign in: on the page Tools, or with llmgw tools sign-in %2.</source>
      <translation>%1 verlangt eine Anmeldung: auf der Seite Werkzeuge, oder mit llmgw tools sign-in %2.</translation>
    </message>
    <message>
      <source>%1 wants you to allow more: on the page Tools, or with llmgw tools sign-in %2.</source>
      <translation>%1 verlangt mehr Erlaubnisse: auf der Seite Werkzeuge, oder mit llmgw tools sign-in %2.</translation>
    </message>
    <message>
      <source>its caller is told so</source>
      <translation>wer gefragt hat, erfährt es</translation>
    </message>
    <message>
      <source>nothing is lost</source>
      <translation>nichts geht verloren</translation>
    </message>
    <message>
      <source>they count as no agreement</source>
      <translation>sie gelten als keine Zustimmung</translation>
    </message>
    <message>
      <source>%1 of %2 did not answer</source>
      <translation>%1 von %2 antworteten nicht</translation>
    </message>
    <message>
      <source>contradiction (numbers): %1 / %2</source>
      <translation>Widerspruch (Zahlen): %1 / %2</translation>
    </message>
    <message>
      <source>contradiction (negation): %1 / %2</source>
      <translation>Widerspruch (Verneinung): %1 / %2</translation>
    </message>
    <message>
      <source>%1 did not answer: failed</source>
      <translation>%1 antwortete nicht: gescheitert</translation>
    </message>
    <message>
      <source>%1 did not answer: skipped</source>
      <translation>%1 antwortete nicht: nicht gefragt</translation>
    </message>
    <message>
      <source>%1 did not answer: canceled</source>
      <translation>%1 antwortete nicht: abgebrochen</translation>
    </message>
    <message>
      <source>%1 did not answer: orphaned</source>
      <translation>%1 antwortete nicht: verloren</translation>
    </message>
    <message>
      <source>The judge says: FAIL.%1</source>
      <translation>Der Gutachter sagt: FAIL.%1</translation>
    </message>
    <message>
      <source>The judge says: PASS.%1</source>
      <translation>Der Gutachter sagt: PASS.%1</translation>
    </message>
    <message>
      <source>Edit route “%1”</source>
      <translation>Route „%1“ bearbeiten</translation>
    </message>
    <message>
      <source>Remove route “%1”</source>
      <translation>Route „%1“ entfernen</translation>
    </message>
    <message>
      <source>Use route “%1”</source>
      <translation>Route „%1“ verwenden</translation>
    </message>
    <message>
      <source>its vendor's limit lasts until %1</source>
      <translation>die Grenze seines Herstellers gilt bis %1</translation>
    </message>
    <message>
      <source>all %1</source>
      <translation>alle %1</translation>
    </message>
    <message>
      <source>Deny: all %1</source>
      <translation>Alle %1 ablehnen</translation>
    </message>
    <message>
      <source>Allow once: all %1</source>
      <translation>Alle %1 einmal erlauben</translation>
    </message>
    <message>
      <source>four times in five between %1 and %2</source>
      <translation>in vier von fünf Fällen zwischen %1 und %2</translation>
    </message>
    <message>
      <source>by the last %1 days</source>
      <translation>nach den letzten %1 Tagen</translation>
    </message>
    <message>
      <source>resets in %1, at %2 on %3</source>
      <translation>neu in %1, um %2 am %3</translation>
    </message>
    <message>
      <source>Weight</source>
      <translation>Gewicht</translation>
    </message>
    <message>
      <source>Runs at once</source>
      <translation>Läufe zugleich</translation>
    </message>
    <message>
      <source>Made in your settings there.</source>
      <translation>In den Einstellungen dort eingetragen.</translation>
    </message>
    <message>
      <source>The disk cannot be read: %1.</source>
      <translation>Die Platte kann nicht gelesen werden: %1.</translation>
    </message>
    <message>
      <source>flight</source>
      <translation>Anfrage</translation>
    </message>
    <message>
      <source>started</source>
      <translation>begonnen</translation>
    </message>
    <message>
      <source>%1 from %2, up to %3 input tokens</source>
      <translation>%1 von %2, bis zu %3 Eingabe-Token</translation>
    </message>
    <message>
      <source>%1, up to %2 input tokens</source>
      <translation>%1, bis zu %2 Eingabe-Token</translation>
    </message>
    <message>
      <source>%1 from %2</source>
      <translation>%1 von %2</translation>
    </message>
    <message>
      <source>There is no program %1 on this computer.</source>
      <translation>Auf diesem Computer gibt es kein Programm %1.</translation>
    </message>
    <message>
      <source>%1 (%2 of %3 accounts ready)</source>
      <translation>%1 (%2 von %3 Konten bereit)</translation>
    </message>
    <message>
      <source>one piece</source>
      <translation>ein Stück</translation>
    </message>
    <message>
      <source>%1, in one piece</source>
      <translation>%1, in einem Stück</translation>
    </message>
    <message>
      <source>Recorded flights stay.</source>
      <translation>Aufgezeichnete Anfragen bleiben.</translation>
    </message>
    <message>
      <source>What is replaced is kept aside.</source>
      <translation>Was ersetzt wird, wird beiseitegelegt.</translation>
    </message>
    <message>
      <source>Your own access key works meanwhile.</source>
      <translation>Der eigene Zugangsschlüssel gilt inzwischen.</translation>
    </message>
    <message>
      <source>Vault entry stored (%1)</source>
      <translation>Tresor-Eintrag gespeichert (%1)</translation>
    </message>
    <message>
      <source>Key made (%1)</source>
      <translation>Schlüssel erstellt (%1)</translation>
    </message>
    <message>
      <source>http.port: 0 takes another port at every start</source>
      <translation>http.port: 0 nimmt bei jedem Start einen anderen Port</translation>
    </message>
    <message>
      <source>%1: http.port: 0 takes another port at every start</source>
      <translation>%1: http.port: 0 nimmt bei jedem Start einen anderen Port</translation>
    </message>
    <message>
      <source>The same call of %1 brought the same result four times.</source>
      <translation>Derselbe Aufruf von %1 brachte viermal dasselbe Ergebnis.</translation>
    </message>
    <message>
      <source>May: %1</source>
      <translation>Darf: %1</translation>
    </message>
    <message>
      <source>Expected tokens = %1</source>
      <translation>Erwartet: tokens = %1</translation>
    </message>
    <message>
      <source>Entry %1 is not as it was written.</source>
      <translation>Eintrag %1 ist nicht, wie er geschrieben wurde.</translation>
    </message>
    <message>
      <source>Entry %1 is not the one that was sealed.</source>
      <translation>Eintrag %1 ist nicht der, der versiegelt wurde.</translation>
    </message>
    <message>
      <source>The system's keyring knows entry %1 of the log, and it is not in it: its end was cut off, or an older copy was put back.</source>
      <translation>Der Schlüsselbund des Systems kennt Eintrag %1 des Protokolls, und er steht nicht darin: sein Ende wurde abgeschnitten, oder eine ältere Kopie zurückgelegt.</translation>
    </message>
    <message>
      <source>The log's seals were taken away.</source>
      <translation>Die Siegel des Protokolls wurden entfernt.</translation>
    </message>
    <message numerus="yes">
      <source>%n estimated|estimated</source>
      <translation>
        <numerusform>%n geschätzt</numerusform>
        <numerusform>%n geschätzt</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n broke off|broke off</source>
      <translation>
        <numerusform>%n abgebrochen</numerusform>
        <numerusform>%n abgebrochen</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n unknown|unknown</source>
      <translation>
        <numerusform>%n unbekannt</numerusform>
        <numerusform>%n unbekannt</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n at least so much|at least so much</source>
      <translation>
        <numerusform>%n mindestens so viel</numerusform>
        <numerusform>%n mindestens so viel</numerusform>
      </translation>
    </message>
    <message>
      <source>Risks:</source>
      <translation>Risiken:</translation>
    </message>
    <message>
      <source>contradicted</source>
      <translation>bestritten</translation>
    </message>
    <message>
      <source>, at %1 on %2</source>
      <translation>, um %1 am %2</translation>
    </message>
    <message>
      <source>then</source>
      <translation>dann</translation>
    </message>
    <message>
      <source>dollars</source>
      <translation>Dollar</translation>
    </message>
    <message>
      <source>Whom, at most 50.</source>
      <translation>Wer, höchstens 50.</translation>
    </message>
    <message>
      <source>through %1 (%2)</source>
      <translation>über %1 (%2)</translation>
    </message>
    <message>
      <source>Grok is not signed in, or its key is refused: run `grok login` in a terminal (`grok login --device-auth` without a browser), or set XAI_API_KEY.</source>
      <translation>Grok ist nicht angemeldet, oder sein Schlüssel wird abgelehnt: `grok login` in einem Terminal ausführen (`grok login --device-auth` ohne Browser), oder XAI_API_KEY setzen.</translation>
    </message>
    <message>
      <source>Codex is not signed in, or its key is refused: run `codex login` in a terminal, or set CODEX_API_KEY.</source>
      <translation>Codex ist nicht angemeldet, oder sein Schlüssel wird abgelehnt: `codex login` in einem Terminal ausführen, oder CODEX_API_KEY setzen.</translation>
    </message>
    <message>
      <source>Vibe is not signed in, or its key is refused: run `vibe --setup` in a terminal, or set MISTRAL_API_KEY.</source>
      <translation>Vibe ist nicht angemeldet, oder sein Schlüssel wird abgelehnt: `vibe --setup` in einem Terminal ausführen, oder MISTRAL_API_KEY setzen.</translation>
    </message>
    <message>
      <source>Copilot is not signed in, or its key is refused: run `copilot login` in a terminal, or set COPILOT_GITHUB_TOKEN.</source>
      <translation>Copilot ist nicht angemeldet, oder sein Schlüssel wird abgelehnt: `copilot login` in einem Terminal ausführen, oder COPILOT_GITHUB_TOKEN setzen.</translation>
    </message>
    <message>
      <source>opencode is not signed in with the model's vendor, or its key is refused: run `opencode auth login` in a terminal and choose the vendor, or set the variable that holds its key.</source>
      <translation>opencode ist beim Hersteller des Modells nicht angemeldet, oder sein Schlüssel wird abgelehnt: `opencode auth login` in einem Terminal ausführen und den Hersteller wählen, oder die Variable setzen, die den Schlüssel enthält.</translation>
    </message>
    <message>
      <source>Claude Code is not signed in, or its key is refused: run `claude auth login` in a terminal, or set ANTHROPIC_API_KEY.</source>
      <translation>Claude Code ist nicht angemeldet, oder sein Schlüssel wird abgelehnt: `claude auth login` in einem Terminal ausführen, oder ANTHROPIC_API_KEY setzen.</translation>
    </message>
    <message>
      <source>Gemini is not signed in, or its key is refused: run `gemini` in a terminal and choose how, or set GEMINI_API_KEY and "security": {"auth": {"selectedType": "gemini-api-key"}} in ~/.gemini/settings.json.</source>
      <translation>Gemini ist nicht angemeldet, oder sein Schlüssel wird abgelehnt: `gemini` in einem Terminal ausführen und wählen, wie, oder GEMINI_API_KEY setzen und "security": {"auth": {"selectedType": "gemini-api-key"}} in ~/.gemini/settings.json.</translation>
    </message>
    <message>
      <source>Antigravity is not signed in: run `agy` in a terminal and follow what it says.</source>
      <translation>Antigravity ist nicht angemeldet: `agy` in einem Terminal ausführen und dem folgen, was es sagt.</translation>
    </message>
    <message>
      <source>streaming</source>
      <translation>als Stream</translation>
    </message>
    <message>
      <source>penalties</source>
      <translation>Abzüge</translation>
    </message>
    <message>
      <source>container</source>
      <translation>Container</translation>
    </message>
    <message>
      <source>Asked last: Over quota until %1; its vendor said so.</source>
      <translation>Zuletzt gefragt: Kontingent erschöpft bis %1; sein Hersteller sagte es.</translation>
    </message>
    <message>
      <source>%1 did not answer: failed.</source>
      <translation>%1 antwortete nicht: gescheitert.</translation>
    </message>
    <message>
      <source>%1 did not answer: skipped.</source>
      <translation>%1 antwortete nicht: nicht gefragt.</translation>
    </message>
    <message>
      <source>%1 did not answer: canceled.</source>
      <translation>%1 antwortete nicht: abgebrochen.</translation>
    </message>
    <message>
      <source>%1 did not answer: orphaned.</source>
      <translation>%1 antwortete nicht: verloren.</translation>
    </message>
    <message>
      <source>different requests</source>
      <translation>Anfragen verschieden</translation>
    </message>
    <message>
      <source>different answers</source>
      <translation>Antworten verschieden</translation>
    </message>
    <message>
      <source>different requests, different answers</source>
      <translation>Anfragen verschieden, Antworten verschieden</translation>
    </message>
  </context>
  <context>
    <name>app/questions</name>
    <message>
      <source>have an answer of yours</source>
      <translation>eine Antwort von Ihnen haben</translation>
    </message>
    <message>
      <source>To be written</source>
      <translation>Zu schreiben</translation>
    </message>
    <message>
      <source>The agent asks</source>
      <translation>Der Agent fragt</translation>
    </message>
  </context>
  <context>
    <name>ui/questions</name>
    <message>
      <source>Your answer</source>
      <translation>Ihre Antwort</translation>
    </message>
    <message>
      <source>It is done</source>
      <translation>Erledigt</translation>
    </message>
  </context>
  <context>
    <name>settings</name>
    <message>
      <source>Whether all callers share one process of it. false: each session of a client has its own, for servers that keep something of one caller. Left out: true.</source>
      <translation>Ob sich alle Aufrufer einen Prozess davon teilen. false: Jede Sitzung eines Clients hat ihren eigenen, für Server, die sich etwas von einem Aufrufer merken. Weggelassen: true.</translation>
    </message>
    <message>
      <source>The model, as in a request, that answers the server where it wants a model's words and the calling program has none to offer; you are asked each time. Left out: none.</source>
      <translation>Das Modell, wie in einer Anfrage, das dem Server antwortet, wo er die Worte eines Modells will und das aufrufende Programm keines bieten kann; Sie werden jedes Mal gefragt. Weggelassen: keines.</translation>
    </message>
    <message>
      <source>How many tokens of that model it may use in a day. Left out: 20,000.</source>
      <translation>Wie viele Tokens dieses Modells er an einem Tag verbrauchen darf. Weggelassen: 20.000.</translation>
    </message>
  </context>
  <context>
    <name>ui/jobs</name>
    <message>
      <source>Each agent of a run stands here once a request of it has ended, with its tokens and its cost.</source>
      <translation>Jeder Agent eines Laufs steht hier, sobald eine seiner Anfragen zu Ende ist, mit seinen Token und Kosten.</translation>
    </message>
    <message>
      <source>No requests yet.</source>
      <translation>Noch keine Anfragen.</translation>
    </message>
    <message>
      <source>Agents of the job</source>
      <translation>Agenten des Auftrags</translation>
    </message>
    <message>
      <source>As filters and limits name it</source>
      <translation>Wie Filter und Grenzen ihn nennen</translation>
    </message>
    <message>
      <source>The one that asked first is the main agent</source>
      <translation>Wer zuerst gefragt hat, ist der Hauptagent</translation>
    </message>
  </context>
  <context>
    <name>app/flights</name>
    <message>
      <source>%1: %2 tokens in, %3 out, %4.</source>
      <translation>%1: %2 Token hinein, %3 heraus, %4.</translation>
    </message>
    <message>
      <source>%1 by %2: %3 tokens in, %4 out, %5.</source>
      <translation>%1 von %2: %3 Token hinein, %4 heraus, %5.</translation>
    </message>
  </context>
  <context>
    <name>ui/jobs</name>
    <message>
      <source>Subagent 1,234</source>
      <translation>Unteragent 1,234</translation>
    </message>
  </context>
  <context>
    <name>app/gateway</name>
    <message>
      <source>The feed</source>
      <translation>Die Liste der Fassungen</translation>
    </message>
  </context>
  <context>
    <name>app/mcp</name>
    <message>
      <source>%1 leads to an address that is not https.</source>
      <translation>%1 führt zu einer Adresse, die nicht https ist.</translation>
    </message>
    <message>
      <source>%1 leads to something that is no address.</source>
      <translation>%1 führt zu etwas, das keine Adresse ist.</translation>
    </message>
    <message>
      <source>%1 is too large to be one.</source>
      <translation>%1 ist zu groß, um eine zu sein.</translation>
    </message>
    <message>
      <source>%1 at %2 cannot be read: %3.</source>
      <translation>%1 bei %2 lässt sich nicht lesen: %3.</translation>
    </message>
  </context>
  <context>
    <name>app/safekeeping</name>
    <message>
      <source>%1 does not end</source>
      <translation>%1 endet nicht</translation>
    </message>
    <message>
      <source>The file</source>
      <translation>Die Datei</translation>
    </message>
    <message>
      <source>The vault does not take %1: %2</source>
      <translation>Der Tresor nimmt %1 nicht: %2</translation>
    </message>
    <message>
      <source>%1 looks like a secret, and would stand where every program can read it.</source>
      <translation>%1 sieht wie ein Geheimnis aus und stünde da, wo es jedes Programm lesen kann.</translation>
    </message>
    <message>
      <source>%1 has to be a line of text.</source>
      <translation>%1 muss eine Zeile Text sein.</translation>
    </message>
    <message>
      <source>%1 is one of: %2.</source>
      <translation>%1 ist eines von: %2.</translation>
    </message>
    <message>
      <source>It has to be told: %1.</source>
      <translation>Anzugeben ist noch: %1.</translation>
    </message>
    <message>
      <source>%1 is not asked for: %2 is.</source>
      <translation>Nach %1 wird nicht gefragt: nach %2.</translation>
    </message>
    <message>
      <source>It cannot be set up so: %1.</source>
      <translation>So lässt es sich nicht einrichten: %1.</translation>
    </message>
    <message>
      <source>%1 is not what the file says: it hashes to %2, not to %3. Nothing was set up.</source>
      <translation>%1 ist nicht, was die Datei sagt: der Hash ist %2, nicht %3. Nichts wurde eingerichtet.</translation>
    </message>
    <message>
      <source>%1 cannot be fetched: %2.</source>
      <translation>%1 lässt sich nicht holen: %2.</translation>
    </message>
    <message>
      <source>The settings have no server %1.</source>
      <translation>Die Einstellungen haben keinen Server %1.</translation>
    </message>
    <message>
      <source>%1 is set up, and offered to your programs.</source>
      <translation>%1 ist eingerichtet und wird Ihren Programmen angeboten.</translation>
    </message>
    <message>
      <source>MCP server %1</source>
      <translation>MCP-Server %1</translation>
    </message>
    <message>
      <source>docker is not here</source>
      <translation>docker gibt es hier nicht</translation>
    </message>
    <message>
      <source>uvx is not here: it comes with uv</source>
      <translation>uvx gibt es hier nicht: es kommt mit uv</translation>
    </message>
    <message>
      <source>npx is not here: it comes with Node.js</source>
      <translation>npx gibt es hier nicht: es kommt mit Node.js</translation>
    </message>
    <message>
      <source>This is no server.json: %1 has to hold objects.</source>
      <translation>Das ist keine server.json: %1 muss Objekte enthalten.</translation>
    </message>
    <message>
      <source>This is no server.json: %1 has to be a short list.</source>
      <translation>Das ist keine server.json: %1 muss eine kurze Liste sein.</translation>
    </message>
    <message>
      <source>a secret stands in it for everybody to read</source>
      <translation>ein Geheimnis steht darin, das jeder lesen kann</translation>
    </message>
    <message>
      <source>it wants a $ filled in, which is not done here</source>
      <translation>es will ein $ ausgefüllt haben, was hier nicht geschieht</translation>
    </message>
    <message>
      <source>a text of it is too long, or no line</source>
      <translation>ein Text darin ist zu lang oder keine Zeile</translation>
    </message>
    <message>
      <source>a variable or header of it has no proper name</source>
      <translation>eine Variable oder ein Header darin hat keinen richtigen Namen</translation>
    </message>
    <message>
      <source>it does not say which version exactly, so what runs could change</source>
      <translation>es sagt nicht genau, welche Version, also könnte sich ändern, was läuft</translation>
    </message>
    <message>
      <source>it does not say which version of the image</source>
      <translation>es sagt nicht, welche Version des Images</translation>
    </message>
    <message>
      <source>its package has no proper name</source>
      <translation>sein Paket hat keinen richtigen Namen</translation>
    </message>
    <message>
      <source>%1 is no kind of package here</source>
      <translation>%1 ist hier keine Art von Paket</translation>
    </message>
    <message>
      <source>it wants to be told too much</source>
      <translation>es will zu viel wissen</translation>
    </message>
    <message>
      <source>address %1</source>
      <translation>Adresse %1</translation>
    </message>
    <message>
      <source>it names no address</source>
      <translation>es nennt keine Adresse</translation>
    </message>
    <message>
      <source>it is spoken with by %1</source>
      <translation>man spricht mit ihm über %1</translation>
    </message>
    <message>
      <source>container image</source>
      <translation>Container-Image</translation>
    </message>
    <message>
      <source>PyPI package</source>
      <translation>PyPI-Paket</translation>
    </message>
    <message>
      <source>npm package</source>
      <translation>npm-Paket</translation>
    </message>
    <message>
      <source>the hash that it names cannot be checked</source>
      <translation>der Hash, den es nennt, lässt sich nicht prüfen</translation>
    </message>
    <message>
      <source>it wants to be run by %1</source>
      <translation>es will mit %1 gestartet werden</translation>
    </message>
    <message>
      <source>it comes from another registry, %1</source>
      <translation>es kommt aus einer anderen Registry, %1</translation>
    </message>
    <message>
      <source>it is spoken with at an address that it opens itself, not over stdio</source>
      <translation>man spricht mit ihm an einer Adresse, die es selbst öffnet, nicht über stdio</translation>
    </message>
    <message>
      <source>%1 names neither a package nor an address.</source>
      <translation>%1 nennt weder ein Paket noch eine Adresse.</translation>
    </message>
    <message>
      <source>This is no server.json: name has to be like com.example/tracker.</source>
      <translation>Das ist keine server.json: name muss wie com.example/tracker aussehen.</translation>
    </message>
    <message>
      <source>This is no server.json: it is no object, or too large.</source>
      <translation>Das ist keine server.json: sie ist kein Objekt oder zu groß.</translation>
    </message>
    <message>
      <source>This is no server.json: it is not JSON.</source>
      <translation>Das ist keine server.json: sie ist kein JSON.</translation>
    </message>
    <message>
      <source>packages of Maven are not run here</source>
      <translation>Pakete von Maven werden hier nicht ausgeführt</translation>
    </message>
    <message>
      <source>packages of crates.io are not run here</source>
      <translation>Pakete von crates.io werden hier nicht ausgeführt</translation>
    </message>
    <message>
      <source>packages of NuGet are not run here</source>
      <translation>Pakete von NuGet werden hier nicht ausgeführt</translation>
    </message>
    <message>
      <source>bundles of the kind .mcpb are not run here</source>
      <translation>Bündel der Art .mcpb werden hier nicht ausgeführt</translation>
    </message>
    <message>
      <source>a secret would stand among its arguments, which every program can read</source>
      <translation>ein Geheimnis stünde unter seinen Argumenten, die jedes Programm lesen kann</translation>
    </message>
  </context>
  <context>
    <name>ui/tools</name>
    <message>
      <source>Its name here</source>
      <translation>Sein Name hier</translation>
    </message>
    <message>
      <source>Which way</source>
      <translation>Auf welchem Weg</translation>
    </message>
    <message>
      <source>what it runs</source>
      <translation>was es ausführt</translation>
    </message>
    <message>
      <source>File or address</source>
      <translation>Datei oder Adresse</translation>
    </message>
    <message>
      <source>Choose a file</source>
      <translation>Eine Datei wählen</translation>
    </message>
    <message>
      <source>Look</source>
      <translation>Ansehen</translation>
    </message>
    <message>
      <source>Set it up</source>
      <translation>Einrichten</translation>
    </message>
    <message>
      <source>Add a server</source>
      <translation>Einen Server hinzufügen</translation>
    </message>
    <message>
      <source>Nothing of it can be run here.</source>
      <translation>Nichts davon lässt sich hier ausführen.</translation>
    </message>
    <message>
      <source>Its package is fetched first, and has to hash to what the file says.</source>
      <translation>Sein Paket wird zuerst geholt und muss den Hash haben, den die Datei nennt.</translation>
    </message>
    <message>
      <source>This is what it runs, or asks:</source>
      <translation>Das führt es aus oder fragt es an:</translation>
    </message>
    <message>
      <source>It goes into the vault, encrypted.</source>
      <translation>Es kommt verschlüsselt in den Tresor.</translation>
    </message>
    <message>
      <source>The server.json that an MCP server is published with: a file of this computer, or an https address. Nothing is run before you have seen it.</source>
      <translation>Die server.json, mit der ein MCP-Server veröffentlicht wird: eine Datei dieses Computers oder eine https-Adresse. Nichts wird ausgeführt, bevor Sie es gesehen haben.</translation>
    </message>
    <message>
      <source>%1 is not set up any more.</source>
      <translation>%1 ist nicht mehr eingerichtet.</translation>
    </message>
    <message>
      <source>%1 is set up again.</source>
      <translation>%1 ist wieder eingerichtet.</translation>
    </message>
    <message>
      <source>Add…</source>
      <translation>Hinzufügen…</translation>
    </message>
  </context>
  <context>
    <name>ui/flights</name>
    <message>
      <source>Only agent %1</source>
      <translation>Nur Agent %1</translation>
    </message>
    <message>
      <source>Only conversation %1</source>
      <translation>Nur Gespräch %1</translation>
    </message>
  </context>
  <context>
    <name>app/flights</name>
    <message>
      <source>%1 is called again: it says that it only reads.</source>
      <translation>%1 wird noch einmal aufgerufen: es sagt, dass es nur liest.</translation>
    </message>
  </context>
  <context>
    <name>app/connect</name>
    <message>
      <source>a hook's command cannot name LLMGW_HOME on Windows, where that folder has signs that a shell acts on, or the program's has spaces</source>
      <translation>der Befehl eines Hooks kann LLMGW_HOME unter Windows nicht nennen, wenn dieser Ordner Zeichen hat, auf die eine Shell reagiert, oder der des Programms Leerzeichen</translation>
    </message>
    <message>
      <source>Gemini CLI reads its file in folders alone that it trusts</source>
      <translation>Gemini CLI liest seine Datei nur in Ordnern, denen es vertraut</translation>
    </message>
  </context>
  <context>
    <name>ui</name>
    <message>
      <source>A job waits for the same now, and its question stands for all of them.</source>
      <translation>Jetzt wartet ein Auftrag auf dasselbe, und seine Frage gilt für alle.</translation>
    </message>
  </context>
  <context>
    <name>app/providers</name>
    <message>
      <source>on this computer</source>
      <translation>auf diesem Computer</translation>
    </message>
    <message>
      <source>its test failed</source>
      <translation>sein Test schlug fehl</translation>
    </message>
    <message>
      <source>not tried yet</source>
      <translation>noch nicht probiert</translation>
    </message>
  </context>
  <context>
    <name>app/validation</name>
    <message>
      <source>fewer than two thirds gave this verdict</source>
      <translation>weniger als zwei Drittel gaben dieses Urteil</translation>
    </message>
    <message>
      <source>all who gave this verdict are models of one vendor</source>
      <translation>alle, die dieses Urteil gaben, sind Modelle eines Herstellers</translation>
    </message>
    <message>
      <source>only one gave this verdict</source>
      <translation>nur einer gab dieses Urteil</translation>
    </message>
    <message>
      <source>%1, and their reasons contradict</source>
      <translation>%1, und ihre Gründe widersprechen sich</translation>
    </message>
    <message>
      <source>%1, not all</source>
      <translation>%1, nicht alle</translation>
    </message>
    <message>
      <source>%1 of %2, of at least two vendors, are of one mind</source>
      <translation>%1 von %2, von mindestens zwei Herstellern, sind sich einig</translation>
    </message>
    <message>
      <source>cost unknown</source>
      <translation>Kosten unbekannt</translation>
    </message>
    <message>
      <source>tokens unknown</source>
      <translation>Token unbekannt</translation>
    </message>
    <message>
      <source>with conditions</source>
      <translation>mit Bedingungen</translation>
    </message>
    <message>
      <source>verdicts differ: </source>
      <translation>Urteile gehen auseinander: </translation>
    </message>
  </context>
  <context>
    <name>ui/providers</name>
    <message>
      <source>say so with the switch below it</source>
      <translation>sagen Sie es mit dem Schalter darunter</translation>
    </message>
    <message>
      <source>say so with local = true beside it</source>
      <translation>sagen Sie es mit local = true daneben</translation>
    </message>
  </context>
  <context>
    <name>ui/routes</name>
    <message>
      <source>One in a line, as provider:model; the first is asked first.</source>
      <translation>Eines je Zeile, als provider:model; das erste wird zuerst gefragt.</translation>
    </message>
    <message>
      <source>%1: the model that was asked for</source>
      <translation>%1: das Modell, das verlangt wurde</translation>
    </message>
    <message>
      <source>Choose who answers</source>
      <translation>Wählen, wer antwortet</translation>
    </message>
  </context>
  <context>
    <name>ui</name>
    <message>
      <source>not valid TOML: %1</source>
      <translation>kein gültiges TOML: %1</translation>
    </message>
    <message>
      <source>is nested too deeply</source>
      <translation>ist zu tief verschachtelt</translation>
    </message>
    <message>
      <source>Two say the same words to each other for the %1th time, without progress.</source>
      <translation>Zwei sagen einander zum %1. Mal dieselben Worte, ohne Fortschritt.</translation>
    </message>
  </context>
  <context>
    <name>engine/mcp</name>
    <message>
      <source>%1 %2: on the page Tools, or with llmgw tools sign-in %3.</source>
      <translation>%1 %2: auf der Seite Werkzeuge, oder mit llmgw tools sign-in %3.</translation>
    </message>
    <message>
      <source>wants you to sign in</source>
      <translation>verlangt eine Anmeldung</translation>
    </message>
    <message>
      <source>wants you to allow more</source>
      <translation>verlangt mehr Erlaubnisse</translation>
    </message>
    <message>
      <source>the sign-in at %1 cannot be had of the vault: %2</source>
      <translation>die Anmeldung bei %1 ist aus dem Tresor nicht zu bekommen: %2</translation>
    </message>
    <message>
      <source>Nobody waits for this sign-in (any more). Begin it anew on the page Tools, or with llmgw tools sign-in.</source>
      <translation>Auf diese Anmeldung wartet niemand (mehr). Auf der Seite Werkzeuge neu beginnen, oder mit llmgw tools sign-in.</translation>
    </message>
    <message>
      <source>The sign-in was given up.</source>
      <translation>Die Anmeldung wurde aufgegeben.</translation>
    </message>
    <message>
      <source>No browser is out for %1.</source>
      <translation>Für %1 ist kein Browser unterwegs.</translation>
    </message>
    <message>
      <source>Another sign-in was begun.</source>
      <translation>Eine andere Anmeldung wurde begonnen.</translation>
    </message>
    <message>
      <source>The gateway does not listen: no browser could come back.</source>
      <translation>Das Gateway nimmt keine Verbindungen an: kein Browser könnte zurückkommen.</translation>
    </message>
    <message>
      <source>%1 has a token of yours in its headers.</source>
      <translation>%1 hat ein eigenes Token in seinen Kopfzeilen.</translation>
    </message>
    <message>
      <source>%1 is a program of this computer: nobody signs in.</source>
      <translation>%1 ist ein Programm dieses Computers: niemand meldet sich an.</translation>
    </message>
    <message>
      <source>Nobody signed in in time.</source>
      <translation>Niemand meldete sich rechtzeitig an.</translation>
    </message>
    <message>
      <source>sign-in at a tool server</source>
      <translation>Anmeldung bei einem Werkzeug-Server</translation>
    </message>
    <message>
      <source>Its server says that it may change or remove what is there.</source>
      <translation>Sein Server sagt, dass es ändern oder entfernen kann, was da ist.</translation>
    </message>
    <message>
      <source>You want to be asked about every call of this server.</source>
      <translation>Bei jedem Aufruf dieses Servers soll gefragt werden.</translation>
    </message>
    <message>
      <source>Its server does not say whether it only reads.</source>
      <translation>Sein Server sagt nicht, ob es nur liest.</translation>
    </message>
</context>
  <context>
    <name>engine/policy</name>
    <message>
      <source>held %1 %2</source>
      <translation>angehalten %1 %2</translation>
    </message>
    <message>
      <source>a request of %1 for %2</source>
      <translation>eine Anfrage von %1 an %2</translation>
    </message>
    <message>
      <source>The request is refused; its caller is told so.</source>
      <translation>Die Anfrage wird abgewiesen; wer gefragt hat, erfährt es.</translation>
    </message>
    <message>
      <source>Refuse it</source>
      <translation>Abweisen</translation>
    </message>
  </context>
  <context>
    <name>engine/questions</name>
    <message>
      <source>Allow %1: %2</source>
      <translation>%1 erlauben: %2</translation>
    </message>
    <message>
      <source>for this session</source>
      <translation>für diese Sitzung</translation>
    </message>
    <message>
      <source>in this job</source>
      <translation>in diesem Auftrag</translation>
    </message>
    <message>
      <source>permission %1 %2</source>
      <translation>Erlaubnis %1 %2</translation>
    </message>
    <message>
      <source>permission %1 %2/%3</source>
      <translation>Erlaubnis %1 %2/%3</translation>
    </message>
    <message>
      <source>job %1</source>
      <translation>Auftrag %1</translation>
    </message>
    <message>
      <source>a call of %1/%2</source>
      <translation>ein Aufruf von %1/%2</translation>
    </message>
    <message>
      <source>It waits in its terminal, where it asks as well.</source>
      <translation>Er wartet in seinem Terminal, wo er ebenfalls fragt.</translation>
    </message>
    <message>
      <source>Deny and stop its turn</source>
      <translation>Ablehnen und seinen Zug beenden</translation>
    </message>
    <message>
      <source>Deny and end the job</source>
      <translation>Ablehnen und den Auftrag beenden</translation>
    </message>
    <message>
      <source>Decline</source>
      <translation>Nicht antworten</translation>
    </message>
    <message>
      <source>The agent is told that nobody answered, and goes on without an answer.</source>
      <translation>Der Agent erfährt, dass niemand geantwortet hat, und macht ohne Antwort weiter.</translation>
    </message>
    <message>
      <source>Your answer, in your own words. Without one the agent decides itself.</source>
      <translation>Ihre Antwort, in eigenen Worten. Ohne sie entscheidet der Agent selbst.</translation>
    </message>
    <message>
      <source>It changes who may do what with everything.</source>
      <translation>Er ändert, wer womit was darf.</translation>
    </message>
    <message>
      <source>It deletes a branch elsewhere.</source>
      <translation>Er löscht einen Branch anderswo.</translation>
    </message>
    <message>
      <source>It deletes a branch or tag.</source>
      <translation>Er löscht einen Branch oder Tag.</translation>
    </message>
    <message>
      <source>It deletes a branch with its commits.</source>
      <translation>Er löscht einen Branch mit seinen Commits.</translation>
    </message>
    <message>
      <source>It deletes a database.</source>
      <translation>Er löscht eine Datenbank.</translation>
    </message>
    <message>
      <source>It deletes a worktree with its changes.</source>
      <translation>Er löscht einen Worktree mit seinen Änderungen.</translation>
    </message>
    <message>
      <source>It deletes commits that no branch has.</source>
      <translation>Er löscht Commits, die kein Branch hat.</translation>
    </message>
    <message>
      <source>It deletes containers' data.</source>
      <translation>Er löscht Daten von Containern.</translation>
    </message>
    <message>
      <source>It deletes files of all folders below.</source>
      <translation>Er löscht Dateien aller Ordner darunter.</translation>
    </message>
    <message>
      <source>It deletes files that git does not have.</source>
      <translation>Er löscht Dateien, die git nicht hat.</translation>
    </message>
    <message>
      <source>It deletes folders with all that is in them.</source>
      <translation>Er löscht Ordner mit allem, was darin ist.</translation>
    </message>
    <message>
      <source>It deletes from a database.</source>
      <translation>Er löscht aus einer Datenbank.</translation>
    </message>
    <message>
      <source>It deletes from cloud storage.</source>
      <translation>Er löscht aus Cloud-Speicher.</translation>
    </message>
    <message>
      <source>It deletes the way back to commits.</source>
      <translation>Er löscht den Weg zurück zu Commits.</translation>
    </message>
    <message>
      <source>It deletes what it finds.</source>
      <translation>Er löscht, was er findet.</translation>
    </message>
    <message>
      <source>It deletes what runs in a cluster.</source>
      <translation>Er löscht, was in einem Cluster läuft.</translation>
    </message>
    <message>
      <source>It deletes what the other side does not have.</source>
      <translation>Er löscht, was die andere Seite nicht hat.</translation>
    </message>
    <message>
      <source>It deletes what was put aside.</source>
      <translation>Er löscht, was beiseitegelegt war.</translation>
    </message>
    <message>
      <source>It empties a database.</source>
      <translation>Er leert eine Datenbank.</translation>
    </message>
    <message>
      <source>It empties files.</source>
      <translation>Er leert Dateien.</translation>
    </message>
    <message>
      <source>It makes files unreadable for ever.</source>
      <translation>Er macht Dateien für immer unlesbar.</translation>
    </message>
    <message>
      <source>It tears down what was built.</source>
      <translation>Er reißt ab, was gebaut wurde.</translation>
    </message>
    <message>
      <source>It throws away changes that are not committed.</source>
      <translation>Er verwirft Änderungen ohne Commit.</translation>
    </message>
    <message>
      <source>It writes a disk anew.</source>
      <translation>Er beschreibt ein Laufwerk neu.</translation>
    </message>
    <message>
      <source>It writes over a branch elsewhere.</source>
      <translation>Er überschreibt einen Branch anderswo.</translation>
    </message>
    <message>
      <source>It writes over a disk.</source>
      <translation>Er überschreibt ein Laufwerk.</translation>
    </message>
    <message>
      <source>It writes over a file or disk.</source>
      <translation>Er überschreibt eine Datei oder ein Laufwerk.</translation>
    </message>
    <message>
      <source>It writes the history anew.</source>
      <translation>Er schreibt die Geschichte neu.</translation>
    </message>
    <message>
      <source>The server is told that you gave no answer.</source>
      <translation>Der Server erfährt, dass keine Antwort kam.</translation>
    </message>
    <message>
      <source>It is denied: the tool is not called, and whoever called it is told so.</source>
      <translation>Es wird abgelehnt: das Werkzeug wird nicht aufgerufen, und wer es aufrief, erfährt es.</translation>
    </message>
    <message>
      <source>the removal of %1</source>
      <translation>das Entfernen von %1</translation>
    </message>
    <message>
      <source>any change of %1</source>
      <translation>jede Änderung von %1</translation>
    </message>
    <message>
      <source>The tool %1 of %2 with these arguments</source>
      <translation>Das Werkzeug %1 von %2 mit diesen Argumenten</translation>
    </message>
    <message>
      <source>this server</source>
      <translation>diesem Server</translation>
    </message>
    <message>
      <source>Exactly this address: %1</source>
      <translation>Genau diese Adresse: %1</translation>
    </message>
    <message>
      <source>Exactly this command, in %1</source>
      <translation>Genau dieser Befehl, in %1</translation>
    </message>
    <message>
      <source>outside %1: %2%3</source>
      <translation>außerhalb von %1: %2%3</translation>
    </message>
    <message>
      <source>by a link out of %1: %2%3</source>
      <translation>durch einen Verweis aus %1 hinaus: %2%3</translation>
    </message>
    <message>
      <source> (it leads to %1)</source>
      <translation> (führt nach %1)</translation>
    </message>
    <message>
      <source>It names a path %1</source>
      <translation>Er nennt einen Pfad %1</translation>
    </message>
    <message>
      <source>It leads %1</source>
      <translation>Er führt %1</translation>
    </message>
    <message>
      <source>It runs %1</source>
      <translation>Er läuft %1</translation>
    </message>
    <message>
      <source>the job's working folder</source>
      <translation>dem Arbeitsordner des Auftrags</translation>
    </message>
    <message>
      <source>the workspace</source>
      <translation>dem Arbeitsbereich</translation>
    </message>
    <message>
      <source>where credentials are kept</source>
      <translation>wo Zugangsdaten liegen</translation>
    </message>
    <message>
      <source>%1 wants to run %2</source>
      <translation>%1 möchte ausführen: %2</translation>
    </message>
    <message>
      <source>%1 wants to run a command</source>
      <translation>%1 möchte einen Befehl ausführen</translation>
    </message>
    <message>
      <source>%1 wants to run a command: %2</source>
      <translation>%1 möchte einen Befehl ausführen: %2</translation>
    </message>
</context>
  <context>
    <name>engine/runs</name>
    <message>
      <source>%1 below the line of %2</source>
      <translation>%1 unter der Linie von %2</translation>
    </message>
    <message>
      <source>limit %1</source>
      <translation>Grenze %1</translation>
    </message>
    <message>
      <source>In the vendor's words</source>
      <translation>Mit den Worten des Herstellers</translation>
    </message>
    <message>
      <source>End it</source>
      <translation>Beenden</translation>
    </message>
    <message>
      <source>Wait until it begins anew</source>
      <translation>Warten, bis es neu beginnt</translation>
    </message>
    <message>
      <source>Move the line to half</source>
      <translation>Die Linie auf die Hälfte setzen</translation>
    </message>
    <message>
      <source>It waits on; nothing is lost.</source>
      <translation>Wartet weiter; nichts geht verloren.</translation>
    </message>
  </context>
  <context>
    <name>engine/validation</name>
    <message>
      <source>It holds the same twice.</source>
      <translation>Dasselbe steht zweimal darin.</translation>
    </message>
    <message>
      <source>'$ref' may name a part of this schema alone</source>
      <translation>'$ref' darf nur einen Teil dieses Schemas nennen</translation>
    </message>
    <message>
      <source>'%1' is not looked at here</source>
      <translation>'%1' wird hier nicht betrachtet</translation>
    </message>
    <message>
      <source>it is more than %1 deep</source>
      <translation>es ist tiefer als %1</translation>
    </message>
    <message>
      <source>the whole</source>
      <translation>das Ganze</translation>
    </message>
    <message>
      <source>The schema takes more than %1 steps.</source>
      <translation>Das Schema braucht mehr als %1 Schritte.</translation>
    </message>
    <message>
      <source>It is no JSON.</source>
      <translation>Das ist kein JSON.</translation>
    </message>
    <message>
      <source>it is no JSON</source>
      <translation>es ist kein JSON</translation>
    </message>
    <message>
      <source>it is no JSON Schema: %1</source>
      <translation>es ist kein JSON-Schema: %1</translation>
    </message>
    <message>
      <source>Nothing in it fits %1.</source>
      <translation>Nichts darin passt auf %1.</translation>
    </message>
    <message>
      <source>it is no pattern of RE2: %1</source>
      <translation>es ist kein Muster von RE2: %1</translation>
    </message>
    <message>
      <source>a pattern has at most %1 characters</source>
      <translation>ein Muster hat höchstens %1 Zeichen</translation>
    </message>
    <message>
      <source>It says something else: %1</source>
      <translation>Sie sagt etwas anderes: %1</translation>
    </message>
    <message>
      <source>It cannot be checked: %1.</source>
      <translation>Das lässt sich nicht prüfen: %1.</translation>
    </message>
    <message>
      <source>The answer has more than %1 characters.</source>
      <translation>Die Antwort hat mehr als %1 Zeichen.</translation>
    </message>
    <message>
      <source>
and %1 more.</source>
      <translation>
und %1 weitere.</translation>
    </message>
    <message>
      <source>| claim | %1 |</source>
      <translation>| Aussage | %1 |</translation>
    </message>
    <message>
      <source>Of %1 contradictions %2 are told.</source>
      <translation>Von %1 Widersprüchen werden %2 genannt.</translation>
    </message>
    <message>
      <source>Many claims use the same words: each was measured against %1 others at most.</source>
      <translation>Viele Aussagen brauchen dieselben Wörter: jede wurde mit höchstens %1 anderen verglichen.</translation>
    </message>
    <message>
      <source>Of a long answer the first %1 characters and %2 claims were compared, and of a claim %3 characters.</source>
      <translation>Von einer langen Antwort wurden die ersten %1 Zeichen und %2 Aussagen verglichen, und von einer Aussage %3 Zeichen.</translation>
    </message>
    <message>
      <source>An answer was cut: it is longer than what is kept.</source>
      <translation>Eine Antwort wurde gekürzt: sie ist länger als das, was aufbewahrt wird.</translation>
    </message>
    <message>
      <source>Fewer than three were asked.</source>
      <translation>Weniger als drei wurden gefragt.</translation>
    </message>
    <message>
      <source>All who are of one mind are one vendor's models: they may err alike.</source>
      <translation>Alle, die sich einig sind, sind Modelle eines Herstellers: sie können sich gleich irren.</translation>
    </message>
    <message>
      <source>%1 of %2 did not answer; they count as no agreement.</source>
      <translation>%1 von %2 antworteten nicht; sie gelten als keine Zustimmung.</translation>
    </message>
    <message>
      <source>%1; no clear verdict.</source>
      <translation>%1; kein klares Urteil.</translation>
    </message>
    <message>
      <source>contradiction (%1): %2 / %3</source>
      <translation>Widerspruch (%1): %2 / %3</translation>
    </message>
    <message>
      <source>%1 gave no clear verdict</source>
      <translation>%1 gab kein klares Urteil</translation>
    </message>
    <message>
      <source>%1 answered nothing</source>
      <translation>%1 antwortete nichts</translation>
    </message>
    <message>
      <source>%1 has not answered yet</source>
      <translation>%1 hat noch nicht geantwortet</translation>
    </message>
    <message>
      <source>The judge saw the answers without their names.</source>
      <translation>Der Gutachter sah die Antworten ohne Namen.</translation>
    </message>
    <message>
      <source>There is nothing to judge: nobody answered.</source>
      <translation>Es gibt nichts zu beurteilen: niemand antwortete.</translation>
    </message>
    <message>
      <source>The judge is asked when all reviewers have ended.</source>
      <translation>Der Gutachter wird gefragt, wenn alle Prüfer fertig sind.</translation>
    </message>
    <message>
      <source>No judge was asked for; synthesize_validation asks one.</source>
      <translation>Ein Gutachter wurde nicht verlangt; synthesize_validation fragt einen.</translation>
    </message>
    <message>
      <source>%1: no answer. %2</source>
      <translation>%1: keine Antwort. %2</translation>
    </message>
    <message>
      <source>%1: running%2</source>
      <translation>%1: läuft%2</translation>
    </message>
    <message>
      <source>, job %1</source>
      <translation>, Auftrag %1</translation>
    </message>
    <message>
      <source>Confidence: %1.</source>
      <translation>Zuversicht: %1.</translation>
    </message>
    <message>
      <source>Judge:</source>
      <translation>Gutachter:</translation>
    </message>
    <message>
      <source>%1, after a look at what the reviewers differ on.</source>
      <translation>%1, nach einem Blick auf das, worin die Prüfer auseinandergehen.</translation>
    </message>
    <message>
      <source>Settle the conditions first</source>
      <translation>Erst die Bedingungen klären</translation>
    </message>
    <message>
      <source>Do not go on as it stands</source>
      <translation>So nicht weitermachen</translation>
    </message>
    <message>
      <source>Do not rely on this: too few gave the same clear verdict. Ask more, or a judge.</source>
      <translation>Nicht darauf verlassen: zu wenige gaben dasselbe klare Urteil. Weitere fragen, oder einen Gutachter.</translation>
    </message>
    <message>
      <source>Wait: not all have answered.</source>
      <translation>Warten: nicht alle haben geantwortet.</translation>
    </message>
    <message>
      <source>The judge says: %1.%2</source>
      <translation>Der Gutachter sagt: %1.%2</translation>
    </message>
    <message>
      <source>Look at what fell; the flights have the answers.</source>
      <translation>Ansehen, was durchfiel; die Anfragen haben die Antworten.</translation>
    </message>
    <message>
      <source>Read the answer; nothing was judged.</source>
      <translation>Die Antwort lesen; beurteilt wurde nichts.</translation>
    </message>
    <message>
      <source>These are checks, not opinions: no confidence is counted.</source>
      <translation>Das sind Prüfungen, keine Meinungen: Zuversicht wird nicht gezählt.</translation>
    </message>
    <message>
      <source>%1 of %2 answers passed their checks.</source>
      <translation>%1 von %2 Antworten bestanden ihre Prüfungen.</translation>
    </message>
    <message>
      <source>the answers have more than %1 characters together</source>
      <translation>die Antworten haben zusammen mehr als %1 Zeichen</translation>
    </message>
    <message>
      <source>the answer of %1 is not as it was kept: its digest differs</source>
      <translation>die Antwort von %1 ist nicht mehr, wie sie aufbewahrt wurde: ihre Prüfsumme weicht ab</translation>
    </message>
    <message>
      <source>the answer of %1 was cut, and a judge is given whole ones alone</source>
      <translation>die Antwort von %1 wurde gekürzt, und ein Gutachter bekommt nur ganze</translation>
    </message>
    <message>
      <source>nobody answered: there is nothing to judge</source>
      <translation>niemand antwortete: es gibt nichts zu beurteilen</translation>
    </message>
    <message>
      <source>May the changes be merged as they are?</source>
      <translation>Dürfen die Änderungen so übernommen werden?</translation>
    </message>
    <message>
      <source>Is the claim true?</source>
      <translation>Stimmt die Aussage?</translation>
    </message>
    <message>
      <source>Does the text that was attacked hold?</source>
      <translation>Hält der Text, der angegriffen wurde?</translation>
    </message>
    <message>
      <source>Does the answer that was reviewed hold?</source>
      <translation>Hält die Antwort, die geprüft wurde?</translation>
    </message>
    <message>
      <source>'%1' is no CLI of this computer; allowApiUpload sends it the changes.</source>
      <translation>'%1' ist keine CLI dieses Computers; allowApiUpload schickt ihm die Änderungen.</translation>
    </message>
    <message>
      <source>Your key may not use models of the HTTP doors (models:use).</source>
      <translation>Dieser Schlüssel darf Modelle der HTTP-Türen nicht verwenden (models:use).</translation>
    </message>
    <message>
      <source>'%1' is no CLI, and this gateway asks no other models here.</source>
      <translation>'%1' ist keine CLI, und dieses Gateway fragt hier keine anderen Modelle.</translation>
    </message>
    <message>
      <source>The gateway was stopped before it had answered; ask again.</source>
      <translation>Das Gateway wurde angehalten, bevor es geantwortet hatte; noch einmal fragen.</translation>
    </message>
    <message>
      <source>Its job was deleted.</source>
      <translation>Sein Auftrag wurde gelöscht.</translation>
    </message>
    <message>
      <source>The gateway failed: %1.</source>
      <translation>Das Gateway scheiterte: %1.</translation>
    </message>
  </context>
  <context>
    <name>store/client_files</name>
    <message>
      <source>not valid JSON: %1</source>
      <translation>kein gültiges JSON: %1</translation>
    </message>
    <message>
      <source>%1, and the file ends</source>
      <translation>%1, und die Datei endet</translation>
    </message>
    <message>
      <source>expected ',' or ']'</source>
      <translation>erwartet wird ',' oder ']'</translation>
    </message>
    <message>
      <source>expected ':'</source>
      <translation>erwartet wird ':'</translation>
    </message>
    <message>
      <source>expected a name in double quotes or '}'</source>
      <translation>erwartet wird ein Name in doppelten Anführungszeichen oder '}'</translation>
    </message>
    <message>
      <source>expected ',' or '}'</source>
      <translation>erwartet wird ',' oder '}'</translation>
    </message>
    <message>
      <source>expected a value</source>
      <translation>erwartet wird ein Wert</translation>
    </message>
    <message>
      <source>it is nested too deeply</source>
      <translation>es ist zu tief verschachtelt</translation>
    </message>
    <message>
      <source>there is more after its end</source>
      <translation>hinter seinem Ende steht noch etwas</translation>
    </message>
  </context>
  <context>
    <name>ui/routes</name>
    <message>
      <source>Route %1</source>
      <translation>Route %1</translation>
    </message>
    <message>
      <source>%1 route “%2”</source>
      <translation>Route „%2“: %1</translation>
    </message>
  </context>
  <context>
    <name>app/connect</name>
    <message>
      <source>Notification</source>
      <translation>Mitteilung</translation>
    </message>
  </context>
  <context>
    <name>app/questions</name>
    <message>
      <source>An agent asks in its terminal</source>
      <translation>Ein Agent fragt in seinem Terminal</translation>
    </message>
  </context>
  <context>
    <name>ui/access</name>
    <message>
      <source>Take off the list: %1</source>
      <translation>Von der Liste nehmen: %1</translation>
    </message>
    <message>
      <source>Take off</source>
      <translation>Wegnehmen</translation>
    </message>
  </context>
  <context>
    <name>engine/questions</name>
    <message>
      <source>It says</source>
      <translation>Sein Hinweis</translation>
    </message>
    <message>
      <source>%1 asks in its terminal</source>
      <translation>%1 fragt in seinem Terminal</translation>
    </message>
    <message>
      <source>It waits in its terminal; nothing is lost.</source>
      <translation>Es wartet in seinem Terminal; nichts geht verloren.</translation>
    </message>
    <message>
      <source>Answer it in its terminal: this CLI lets nobody else do so.</source>
      <translation>Antworten Sie in seinem Terminal: dieses CLI lässt es niemanden sonst.</translation>
    </message>
    <message>
      <source>Take it off the list</source>
      <translation>Von der Liste nehmen</translation>
    </message>
  </context>
  <context>
    <name>app/questions</name>
    <message>
      <source>  %1 Allow, and from now on by a rule: %2</source>
      <translation>  %1 Erlauben, und von nun an durch eine Regel: %2</translation>
    </message>
  </context>
  <context>
    <name>app/safekeeping</name>
  </context>
</TS>