using OfflineNotes;

// Two devices share a notebook. They write while apart, meet, and end with the same notes:
//   dotnet run --project samples/OfflineNotes
var folder = Directory.CreateTempSubdirectory("offline-notes-").FullName;
try
{
    await using var phone = await Device.OpenAsync("phone", folder);
    await using var laptop = await Device.OpenAsync("laptop", folder);

    // Apart: each writes into its own copy of the notebook.
    var notebook = await phone.OpenNotebookAsync();
    await laptop.OpenNotebookAsync();
    await phone.WriteAsync(notebook, "buy bread");
    await phone.WriteAsync(notebook, "call Ada");
    await laptop.WriteAsync(notebook, "finish the report");
    Console.WriteLine($"apart:    phone at {await phone.HeadsAsync(notebook)}, laptop at {await laptop.HeadsAsync(notebook)}");

    // Together: each subscribes to the other, and is pushed what it lacks.
    await phone.SubscribeAsync(notebook, laptop);
    await laptop.SubscribeAsync(notebook, phone);
    await phone.WaitForNotesAsync(notebook, 3);
    await laptop.WaitForNotesAsync(notebook, 3);

    // A note written now follows both branches: a merge joins them, and is pushed with it.
    await laptop.WriteAsync(notebook, "all in one place");
    var onPhone = await phone.WaitForNotesAsync(notebook, 4);
    var onLaptop = await laptop.WaitForNotesAsync(notebook, 4);

    var level = (await phone.HeadsAsync(notebook)).Equals(await laptop.HeadsAsync(notebook)) && onPhone.SequenceEqual(onLaptop);
    Console.WriteLine($"together: phone at {await phone.HeadsAsync(notebook)}, laptop at {await laptop.HeadsAsync(notebook)}");
    foreach (var note in onPhone)
        Console.WriteLine($"  {note}");
    Console.WriteLine(level ? "level" : "not level");
    return level ? 0 : 1;
}
finally
{
    Directory.Delete(folder, recursive: true);
}
